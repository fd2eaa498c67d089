#!/usr/bin/env python3
"""Compares probe `migrations` with squawk: on statements of one kind each, and over the SQL migrations of trees.

Usage: agreement_migrations.py --shipworthy BINARY --squawk BINARY [FILE...]

One file at a time, as the second migration of a history of PostgreSQL. Each of the categories below is found by both, by
neither, or by one; every disagreement is printed with its reason, and one without a reason makes the script end with 1.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

# Rules of squawk, and the fact that counts the same.
RULES = {
    "require-concurrent-index-creation": "blocking_indexes",
    "ban-concurrent-index-creation-in-transaction": "concurrent_in_transaction",
    "adding-foreign-key-constraint": "validated_constraints",
    "constraint-missing-not-valid": "validated_constraints",
    "adding-not-nullable-field": "blocking_not_nulls",
    "adding-required-field": "blocking_not_nulls",
    "changing-column-type": "type_changes",
    "ban-drop-column": "drops",
    "ban-drop-table": "drops",
    "renaming-column": "renames",
    "renaming-table": "renames",
}
FACTS = sorted(set(RULES.values()))

STATEMENTS = [
    "create index concurrently a_x on a (x);",
    "begin; create index concurrently a_x on a (x); commit;",
    "create unique index a_x on public.a using btree (x) where y is not null;",
    "create index on a (x);",
    "create table if not exists public.a (x int); create index a_x on public.a (x);",
    "alter table only public.a add constraint f foreign key (x) references b (x) on delete cascade;",
    "alter table a add foreign key (x) references b (x);",
    "alter table a add constraint f check (x > 0);",
    "alter table a add constraint f check (x > 0) not valid;",
    "alter table a validate constraint f;",
    "alter table a add column b_id int references b (id);",
    "alter table a add column x int not null;",
    "alter table a add column x int not null default 0, alter column y set not null;",
    "alter table a add column id bigserial not null;",
    "alter table a add column id bigint generated always as identity;",
    "alter table a add column x text not null default 'a,b (c)';",
    "alter table a add column x timestamptz default now();",
    "alter table a alter column x set data type bigint using x::bigint;",
    "alter table a drop column x, drop constraint y;",
    "alter table if exists a drop column if exists x cascade;",
    "drop table a, b;",
    "drop table if exists a;",
    "alter table a rename x to y;",
    "alter table a rename column x to y;",
    "alter table a rename to b;",
    "alter index a_x rename to a_y;",
    "alter table a alter column x drop not null;",
    "alter table a alter column x set default 5;",
    "alter table a add unique (x);",
    "alter table a add primary key (x);",
    "create or replace function f() returns trigger as $$ begin drop table z; end $$ language plpgsql;",
    "create temp table t (x int); drop table t;",
    "create table a (x int references b (id)); alter table a alter column x type bigint;",
    "-- squawk-ignore ban-drop-column\nalter table a drop column x;",
    "insert into a values ('create index x on a (x)');",
]

# What is meant to differ: a word of the text, the fact, who alone finds it, and why.
DIFFERENCES = [
    ("create temp table", "drops", "theirs", "the same file made the table, and nobody else sees it"),
    ("create table", "blocking_indexes", "theirs", "the same file made the table: it is empty; squawk knows that within a transaction only"),
    ("create table", "type_changes", "theirs", "the same file made the table: it is empty"),
]


def ours(binary, text):
    with tempfile.TemporaryDirectory() as folder:
        history = pathlib.Path(folder) / "migrations"
        history.mkdir()
        (history / "1_first.sql").write_text("create table z (id bigserial);\n")
        (history / "2_it.sql").write_text(text)
        command = [binary, "probe", "migrations", "--root", folder, "--format", "json"]
        evidence = json.loads(subprocess.run(command, capture_output=True, text=True).stdout).get("evidence", [])
    return {item["fact"] for item in evidence if item.get("fact") in FACTS}


def theirs(binary, text):
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(text)
        file.flush()
        output = subprocess.run([binary, "--reporter", "json", file.name], capture_output=True, text=True).stdout
    return {RULES[item["rule_name"]] for item in json.loads(output or "[]") if item["rule_name"] in RULES}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shipworthy", required=True)
    parser.add_argument("--squawk", required=True)
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    options = parser.parse_args()
    cases = [(text.splitlines()[-1], text) for text in STATEMENTS]
    cases += [(str(path), path.read_text()) for path in options.files]
    both = silent = different = unexplained = 0
    for name, text in cases:
        mine, others = ours(options.shipworthy, text), theirs(options.squawk, text)
        for fact in FACTS:
            both += fact in mine and fact in others
            silent += fact not in mine and fact not in others
            if (fact in mine) == (fact in others):
                continue
            different += 1
            side = "ours" if fact in mine else "theirs"
            reasons = [why for word, of, who, why in DIFFERENCES if of == fact and who == side and word in text.lower()]
            unexplained += not reasons
            print(f"{side}: {fact}: {name}: {reasons[0] if reasons else 'UNEXPLAINED'}")
    total = both + silent + different
    print(f"{len(cases)} cases, {total} comparisons: {both} found by both, {silent} by neither, {different} different, {unexplained} unexplained")
    sys.exit(1 if unexplained else 0)


if __name__ == "__main__":
    main()
