#!/usr/bin/env python3
"""Changes that mean nothing: each fixture of each rule is audited before and after, and the outcome must be the same.

usage: indifferent.py SHIPWORTHY [CHANGE...]

Changes of every file, on every fixture that is a plain tree:
  crlf      lines end with CRLF (files that start a program by their first line excepted)
  bom       a byte order mark at the start
  utf16     UTF-16, little end first
  trailing  a space at the end of each line (prose, JSON and what a space changes excepted)
  remark    a comment and an empty line at the top
Copies of the other fixture, which belong to something else:
  pass:FOLDER   the failing tree below FOLDER of the passing one, which still passes
  fail:FOLDER   the passing tree below FOLDER of the failing one, which still does not pass

Without changes named, all of the first and the copies in folders of tests, examples and vendored code. Commands are not run and
nothing is asked over the network. Prints what differs; ends with 1 if anything does.
"""

import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "fixtures" / "checks"
# A fixture with one of these is more than a tree.
NOT_PLAIN = {"responses.yaml", "server.yaml", "bin", "before", "after"}
REMARKS = {
    **dict.fromkeys([".py", ".rb", ".sh", ".yml", ".yaml", ".toml", ".tf", ".properties"], b"#"),
    **dict.fromkeys([".js", ".ts", ".tsx", ".go", ".rs", ".java", ".kt", ".cs"], b"//"),
    ".sql": b"--",
}
REMARKS_BY_NAME = dict.fromkeys(["Dockerfile", "Makefile", "requirements.txt", ".gitignore", ".dockerignore"], b"#")
SPACE_MATTERS = (".md", ".json", ".csv", ".patch", ".diff")
COPIES = ["tests/fixtures/sample", "examples/sample", "third_party/sample", "node_modules/sample"]


def crlf(content, _name):
    return content if b"\r" in content else content.replace(b"\n", b"\r\n")


def bom(content, _name):
    return b"\xef\xbb\xbf" + content


def utf16(content, _name):
    try:
        return b"\xff\xfe" + content.decode().encode("utf-16-le")
    except UnicodeDecodeError:
        return content


def trailing(content, name):
    if name.endswith(SPACE_MATTERS) or b"<<" in content:
        return content
    lines = content.split(b"\n")
    return b"\n".join(line + b" " if line and not line.endswith((b"\\", b"`")) else line for line in lines)


def remark(content, name):
    mark = REMARKS.get(os.path.splitext(name)[1]) or REMARKS_BY_NAME.get(name)
    is_told = content.startswith((b"# syntax", b"# escape"))
    return content if mark is None or is_told else mark + b" shop\n\n" + content


CHANGES = {change.__name__: change for change in (crlf, bom, utf16, trailing, remark)}


def audit(binary, tree, rule):
    """Outcome and credit of one rule, and why."""
    spec = f"{tree}.yaml"
    pathlib.Path(spec).write_text(
        f"version: 1\nsystem: {{ name: Fixture }}\nareas: {{ all: {{ title: All, checks: [ {{ use: {rule} }} ] }} }}\n"
    )
    command = [binary, "audit", "--root", tree, "--spec", spec, "--no-exec", "--offline", "--format", "json"]
    environment = {"PATH": os.environ["PATH"], "HOME": os.path.dirname(tree)}
    done = subprocess.run(command, capture_output=True, env=environment)
    try:
        check = next(check for check in json.loads(done.stdout)["checks"] if check["id"] == rule)
    except (ValueError, StopIteration):
        return ("no report", 0), done.stderr.decode(errors="replace")[:200]
    lines = "; ".join(f"{line['text']} (actual {line['actual']})" for line in check["expectations"])
    return (check["outcome"], check["credit_ppm"]), check["reason"] or lines


def change_files(tree, change):
    for folder, _, names in os.walk(tree):
        for path in (pathlib.Path(folder, name) for name in names):
            content = b"" if path.is_symlink() else path.read_bytes()
            marked = content.startswith((b"#!", b"\xff\xfe", b"\xef\xbb\xbf"))
            if content and b"\0" not in content and not marked:
                path.write_bytes(change(content, path.name))


def compare(job):
    binary, rule, fixture, what = job
    with tempfile.TemporaryDirectory() as folder:
        before, after = f"{folder}/before", f"{folder}/after"
        for tree in (before, after):
            shutil.copytree(fixture, tree, symlinks=True)
        side, _, below = what.partition(":")
        if below:
            if os.path.exists(f"{after}/{below}"):
                return None
            other = "fail" if side == "pass" else "pass"
            shutil.copytree(fixture.parent / other, f"{after}/{below}", symlinks=True)
        else:
            change_files(after, CHANGES[what])
        (old, old_why), (new, new_why) = audit(binary, before, rule), audit(binary, after, rule)
    differs = new[0] == "pass" if side == "fail" else old != new
    return f"{what} {rule} {fixture.name}: {old} {old_why} became {new} {new_why}"[:600] if differs else None


def is_plain(folder):
    return folder.is_dir() and not NOT_PLAIN & set(os.listdir(folder))


def jobs(binary, changes):
    for rule in sorted(path for path in FIXTURES.glob("*/*") if path.is_dir()):
        name = f"{rule.parent.name}/{rule.name}"
        plain = [folder for folder in sorted(rule.iterdir()) if is_plain(folder)]
        both = {"pass", "fail"} <= {folder.name for folder in plain}
        for what in changes:
            side, _, below = what.partition(":")
            if not below:
                yield from ((binary, name, folder, what) for folder in plain)
            elif both:
                yield binary, name, rule / side, what


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    binary = os.path.abspath(sys.argv[1])
    changes = sys.argv[2:] or list(CHANGES) + [f"{side}:{below}" for side in ("pass", "fail") for below in COPIES]
    todo = list(jobs(binary, changes))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        different = [found for found in pool.map(compare, todo) if found]
    print("\n".join(different + [f"{len(todo)} comparisons, {len(different)} differ"]))
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
