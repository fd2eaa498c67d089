#!/usr/bin/env python3
"""Compares `shipworthy lint` with known inconsistencies of readiness documents.

usage: inconsistencies.py SHIPWORTHY TRUTH.json DIRECTORY [--all]

TRUTH.json lists documents, each with its file and `inconsistencies`: id, kind, lines. DIRECTORY holds the files. A known
inconsistency is found when a finding of its rule shares its only line, or two of its lines, or all of the finding's.
Findings that share no line with any known inconsistency are printed for a person to judge. Exit 1 when `--least N` are not
found.
"""

import argparse
import json
import pathlib
import subprocess
import sys

RULES = {
    "contradiction": "L01", "schedule": "L02", "roll-up": "L03", "unsupported percentage": "L04", "traceability": "L05",
    "double count": "L06", "sum": "L07", "measurability": "L08", "priority": "L09", "notation": "L10",
    "two thresholds": "L11", "arithmetic": "L12", "tick on a target": "L13", "ordering": "L14", "scope": "L15", "unit": "L16",
    "wording": "L17", "blocker": "L18", "checked with negative qualifier": "L19", "plan out of date": "L20",
    "dependency cycle": "L21", "dates": "L22", "evidence mismatch": "L23", "critical path": "L24", "unproven": "L25",
}


def findings_of(program, path):
    done = subprocess.run([program, "lint", str(path), "--format", "json"], capture_output=True, timeout=120)
    if done.returncode not in (0, 1):
        sys.exit(f"{path}: exit {done.returncode}: {done.stderr.decode()}")
    return json.loads(done.stdout)


def lines_of(finding):
    return {place["line"] for place in finding["places"]}


def is_found(known, finding):
    if finding["rule"] != RULES[known["kind"]]:
        return False
    lines, wanted = lines_of(finding), set(known["lines"])
    shared = lines & wanted
    return len(shared) >= 2 or (shared and (len(wanted) == 1 or shared == lines))


def is_near(known, finding):
    """Same rule, and a line in common: the same trouble, told in other lines."""
    return finding["rule"] == RULES[known["kind"]] and bool(lines_of(finding) & set(known["lines"]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("truth")
    parser.add_argument("directory")
    parser.add_argument("--least", type=int, default=0)
    arguments = parser.parse_args()
    truth = json.loads(pathlib.Path(arguments.truth).read_text(encoding="utf-8"))
    total = found_total = 0
    unmatched = []
    for document in truth["documents"]:
        findings = findings_of(arguments.program, pathlib.Path(arguments.directory) / document["file"])
        known = document["inconsistencies"]
        found = [entry for entry in known if any(is_found(entry, finding) for finding in findings)]
        missed = [entry for entry in known if entry not in found]
        all_lines = {line for entry in known for line in entry["lines"]}
        of_document = [f for f in findings if not any(is_near(entry, f) for entry in known)]
        unmatched += [(document["id"], f, bool(lines_of(f) & all_lines)) for f in of_document]
        total += len(known)
        found_total += len(found)
        print(f"{document['id']}: {len(found)} of {len(known)} found, {len(findings)} findings")
        for entry in missed:
            print(f"  missed {entry['id']} {RULES[entry['kind']]} lines {entry['lines']}: {entry['statement']}")
    print(f"found {found_total} of {total}")
    print(f"findings that match no known inconsistency: {len(unmatched)}")
    for name, finding, near in unmatched:
        where = ", ".join(str(line) for line in sorted(lines_of(finding)))
        mark = "same lines, other rule" if near else "NOT KNOWN"
        print(f"  {name} {finding['rule']} {finding['severity']} lines {where} ({mark}): {finding['message']} [{finding['arithmetic']}]")
    return 1 if found_total < arguments.least else 0


if __name__ == "__main__":
    sys.exit(main())
