#!/usr/bin/env python3
"""Properties that hold of every document: `import`, `import --onto`, `audit` of what was imported, `sync`, repair.

usage: plan_properties.py BINARY DOCUMENT...

For each document:
  import        twice gives the same bytes, and the same inventory
  audit         what was imported validates, and its audit ends with 0, 1 or 3
  onto          an edited spec keeps its edits when the document gains an item
  sync          a dry run changes nothing; a written file differs only in the signs of linked lines, in marks and in the
                summary, also with CRLF, without a last line end, with a byte order mark and misread; twice gives the same bytes
  repair        text that was read in another encoding (all of it, half, one line; once or twice) comes back as it was, or stays

Prints what does not hold, and the slowest import. Ends with 1 if something does not hold.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

MARK = re.compile(rb" ?<!-- measured -->.*?<!-- /measured -->")
SUMMARY = re.compile(rb"(\r?\n)*<!-- shipworthy:begin summary -->.*?<!-- shipworthy:end summary -->(\r?\n)?", re.S)
ENCODINGS = ["mac_roman", "cp1252", "cp437", "latin-1"]
EDIT = "# kept by hand\n"
DAY = ["--as-of", "2026-03-02"]


class Checker:
    def __init__(self, binary):
        self.binary = pathlib.Path(binary).resolve()
        self.broken = []
        self.slowest = (0.0, "")
        self.repairs = {"back": 0, "left alone": 0, "changed": 0}

    def run(self, *arguments, cwd=None):
        return subprocess.run([self.binary, *arguments], capture_output=True, cwd=cwd, timeout=120)

    def expect(self, holds, name, what):
        if not holds:
            self.broken.append(f"{name}: {what}")

    def document(self, path):
        name = path.name
        original = path.read_bytes()
        with tempfile.TemporaryDirectory() as directory:
            folder = pathlib.Path(directory)
            (folder / "PLAN.md").write_bytes(original)
            spec = self.imports(folder, name)
            if spec is None:
                return
            self.audits(folder, name, spec)
            self.onto(folder, name, spec, original)
            for shape, data in shapes(original):
                self.syncs(folder, f"{name} ({shape})", data)

    def imports(self, folder, name):
        start = time.monotonic()
        first = self.run("import", "PLAN.md", cwd=folder)
        self.slowest = max(self.slowest, (time.monotonic() - start, name))
        again = self.run("import", "PLAN.md", cwd=folder)
        self.expect(first.returncode == 0, name, f"import ends with {first.returncode}: {first.stderr[:200]!r}")
        self.expect(first.stdout == again.stdout, name, "two imports differ")
        listed = [self.run("import", "PLAN.md", "--inventory", "json", cwd=folder).stdout for _ in range(2)]
        self.expect(listed[0] == listed[1], name, "two inventories differ")
        return first.stdout.decode() if first.returncode == 0 else None

    def audits(self, folder, name, spec):
        (folder / "shipworthy.yaml").write_text(spec)
        found = self.run("validate", cwd=folder)
        self.expect(found.returncode == 0, name, f"what was imported does not validate: {found.stdout[:300]!r}")
        audit = self.run("audit", "--offline", "--no-exec", *DAY, cwd=folder)
        self.expect(audit.returncode in (0, 1, 3), name, f"audit ends with {audit.returncode}: {audit.stderr[:200]!r}")

    def onto(self, folder, name, spec, original):
        checks = re.search(r"^checks:\n", spec, re.M)
        if not checks:
            return
        edited = spec[: checks.end()] + "  " + EDIT + spec[checks.end() :]
        (folder / "shipworthy.yaml").write_text(edited)
        longer = original.rstrip(b"\r\n") + b"\n\n## Added later\n\n- [ ] Entry that was added later\n"
        (folder / "PLAN.md").write_bytes(longer)
        merged = self.run("import", "PLAN.md", "--onto", "shipworthy.yaml", "--write", cwd=folder)
        after = (folder / "shipworthy.yaml").read_text()
        fenced = "fence" if original.count(b"```") % 2 else ""
        self.expect(merged.returncode == 0, name, f"import --onto ends with {merged.returncode}: {merged.stderr[:200]!r}")
        self.expect(EDIT in after, name, "an edit is lost")
        self.expect(fenced or "Entry that was added later" in after, name, "a new entry is lost")
        self.expect(self.run("validate", cwd=folder).returncode == 0, name, "the merged spec does not validate")
        (folder / "PLAN.md").write_bytes(original)
        (folder / "shipworthy.yaml").write_text(spec)

    def syncs(self, folder, name, data):
        plan = folder / "PLAN.md"
        plan.write_bytes(data)
        (folder / "shipworthy.yaml").write_bytes(self.run("import", "PLAN.md", cwd=folder).stdout)
        options = ["--offline", "--no-exec", *DAY]
        dry = self.run("sync", "PLAN.md", *options, cwd=folder)
        self.expect(dry.returncode in (0, 1, 3), name, f"sync ends with {dry.returncode}: {dry.stderr[:200]!r}")
        self.expect(plan.read_bytes() == data, name, "a dry run changed the document")
        self.run("sync", "PLAN.md", "--write", *options, cwd=folder)
        once = plan.read_bytes()
        self.run("sync", "PLAN.md", "--write", *options, cwd=folder)
        self.expect(plan.read_bytes() == once, name, "a second sync changed the document")
        self.only_signs_changed(name, data, once)

    def only_signs_changed(self, name, before, after):
        rest = SUMMARY.sub(b"", after)
        old = before.split(b"\n")
        new = rest.split(b"\n")
        self.expect(len(strip(old)) == len(strip(new)), name, f"{len(old)} lines became {len(new)}")
        for number, (one, other) in enumerate(zip(old, new), 1):
            bare = MARK.sub(b"", other)
            if one.rstrip(b"\r") == bare.rstrip(b"\r") and (one.endswith(b"\r") == other.endswith(b"\r") or number == len(old)):
                continue
            same_words = words(one) == words(bare)
            self.expect(same_words, name, f"line {number} changed: {one[:80]!r} became {bare[:80]!r}")

    def repair(self, path):
        try:
            text = path.read_bytes().decode("utf-8").lstrip("\ufeff")
        except UnicodeDecodeError:
            return
        lines = text.split("\n")
        marked = [number for number, line in enumerate(lines) if not line.isascii()]
        whole = set(range(len(lines)))
        half = set(range(len(lines) // 2))
        for encoding in ENCODINGS:
            for shape, chosen, times in [("all", whole, 1), ("twice", whole, 2), ("half", half, 1), ("line", set(marked[:1]), 1)]:
                damaged = "\n".join(misread(line, encoding, times) if at in chosen else line for at, line in enumerate(lines))
                if damaged != text:
                    self.compare(f"{path.name} read as {encoding}, {shape}", lines, damaged)

    def compare(self, name, lines, damaged):
        with tempfile.TemporaryDirectory() as directory:
            folder = pathlib.Path(directory)
            (folder / "ONE.md").write_text("\n".join(lines), newline="")
            (folder / "TWO.md").write_text(damaged, newline="")
            one, two = [json.loads(self.run("import", file, "--inventory", "json", cwd=folder).stdout) for file in ("ONE.md", "TWO.md")]
        if one["statements"] == two["statements"]:
            self.repairs["back"] += 1
            return
        broken = damaged.split("\n")
        for before, after in zip(one["statements"], two["statements"]):
            if before != after:
                self.repairs["changed"] += 1
                line = before["line"] - 1
                differ = [key for key in before if before[key] != after.get(key)]
                print(f"  not as it was: {name}, line {line + 1}: {lines[line][:60]!r} was {broken[line][:60]!r}, read as {after['text'][:60]!r} {differ}")
                return
        self.repairs["changed"] += 1


def misread(line, encoding, times):
    """UTF-8 read in another encoding and saved again; what has no character there stays a control character, as browsers do."""
    for _ in range(times):
        line = "".join(character(byte, encoding) for byte in line.encode())
    return line


def character(byte, encoding):
    try:
        return bytes([byte]).decode(encoding)
    except UnicodeDecodeError:
        return chr(byte)


def strip(lines):
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    return lines


def words(line):
    """A line without what sync may change: signs, boxes and percentages."""
    text = line.decode("utf-8", "replace")
    return re.sub(r"\[.?\]|[^a-zA-Z0-9]|[\d.,]+\s?%", "", text)


def shapes(data):
    plain = data.replace(b"\r\n", b"\n")
    yield "as it is", data
    yield "CRLF", plain.replace(b"\n", b"\r\n")
    yield "no last line end", plain.rstrip(b"\n")
    yield "byte order mark", b"\xef\xbb\xbf" + plain.removeprefix(b"\xef\xbb\xbf")
    try:
        yield "misread", "\n".join(misread(line, "cp1252", 1) for line in plain.decode("utf-8").split("\n")).encode()
    except UnicodeDecodeError:
        pass


def main(arguments):
    checker = Checker(arguments[0])
    for path in map(pathlib.Path, arguments[1:]):
        checker.document(path)
        checker.repair(path)
    print("\n".join(checker.broken))
    print(f"{len(arguments) - 1} documents, {len(checker.broken)} properties that do not hold")
    print(f"slowest import {checker.slowest[0]:.2f} s: {checker.slowest[1]}")
    print(f"misread documents: {checker.repairs}")
    sys.exit(1 if checker.broken or checker.repairs["changed"] else 0)


main(sys.argv[1:])
