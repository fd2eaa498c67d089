#!/usr/bin/env python3
"""Recall and precision of `shipworthy import --inventory json` against a hand-made truth.

usage: inventory.py BINARY TRUTH.json DOCUMENT... [--misses]

TRUTH.json lists for each document (found by its `file` name) what it says: checkboxes, status bullets, table rows,
percentages, thresholds, priorities, tasks of phases, dependencies and dates, each with its line. A statement is found when
one of the same kind, with the same state or value where the kind has one, stands at the same line. Each truth and each
statement counts once.
"""

import collections
import json
import pathlib
import subprocess
import sys


def number(value):
    return round(float(value), 6) if isinstance(value, (int, float)) else value


def phase_tasks(phases):
    """Lines of the tasks, at whatever depth the truth keeps them."""
    lines = []
    for phase in phases:
        for week in phase.get("weeks_list", []):
            lines += [task["line"] for task in week["tasks"]]
        for priority in phase.get("priorities", []):
            lines += [task["line"] for task in priority["tasks"]]
        for key in ("tasks", "milestones", "actions"):
            for task in phase.get(key, []):
                lines.append(task["line"] if isinstance(task, dict) else phase["line"])
        for horizon in phase.get("horizons", []):
            for key in ("tasks", "actions", "items"):
                lines += [task["line"] for task in horizon.get(key, []) if isinstance(task, dict)]
    return lines


def wanted(document):
    """For each kind the keys that the document's truth holds."""
    return {
        "checkbox": [(b["line"], "done" if b["checked"] else "missing") for b in document["checkboxes"]],
        "status": [(b["line"], b["status"]) for b in document["status_bullets"]],
        "table_row": [(r["line"],) for t in document["tables"] for r in t["rows"]],
        "percentage": [(p["line"], number(p["value"])) for p in document["percentages"]],
        "threshold": [(t["line"], number(t["value"])) for t in document["thresholds"]],
        "priority": [(p["line"], p["priority"]) for p in document["priorities"] if p["priority"]],
        "task": [(line,) for line in phase_tasks(document["phases"])],
        "dependency": [(d["line"],) for d in document["dependencies"]],
        "date": [(d["line"], d["date"]) for d in document["dates"]],
        "duration": [(d["line"], number(d["min"]), number(d["max"])) for d in document["durations"]],
        "quantity": [(q["line"], number(q["value"])) for q in document["quantities"]],
        "risk": [(r["line"],) for r in document["risks"]],
    }


SAME_LEVEL = {"important": "high", "nice-to-have": "low"}


def said(statement):
    """The key of one statement, as `wanted` writes it."""
    kind, line = statement["kind"], statement["line"]
    if kind in ("checkbox", "status"):
        return (line, statement["state"])
    if kind in ("percentage", "threshold", "quantity"):
        return (line, number(statement["value"]))
    if kind == "priority":
        return (line, statement["value"])
    if kind == "duration":
        return (line, number(statement["value"]), number(statement["value_max"]))
    if kind == "date":
        first, last = statement["value"], statement["value_max"]
        return (line, first if first == last else first[:7])
    return (line,)


def main(arguments):
    misses = "--misses" in arguments
    binary, truth, *documents = [a for a in arguments if not a.startswith("--")]
    by_file = {d["file"]: d for d in json.loads(pathlib.Path(truth).read_text())["documents"]}
    totals = collections.defaultdict(lambda: [0, 0, 0])
    for path in map(pathlib.Path, documents):
        output = subprocess.run([binary, "import", path, "--inventory", "json"], capture_output=True, check=True).stdout
        found = collections.defaultdict(collections.Counter)
        for statement in json.loads(output)["statements"]:
            found[statement["kind"]][said(statement)] += 1
        lines = path.read_text(errors="replace").splitlines()
        for kind, keys in wanted(by_file[path.name]).items():
            if kind == "priority":
                keys = [(line, SAME_LEVEL.get(level, level)) for line, level in keys]
            want = collections.Counter(keys)
            hits = sum((want & found[kind]).values())
            totals[kind][0] += sum(want.values())
            totals[kind][1] += sum(found[kind].values())
            totals[kind][2] += hits
            if misses:
                for word, rest in (("missed", want - found[kind]), ("extra", found[kind] - want)):
                    for key in sorted(rest, key=str):
                        print(f"{path.name[:3]} {kind} {word} {key}: {lines[key[0] - 1].strip()[:110]}")
    print(f"{'kind':12} {'truth':>6} {'found':>6} {'right':>6} {'recall %':>9} {'precision %':>12}")
    totals["all"] = [sum(counts) for counts in zip(*totals.values())]
    for kind, (truth_count, found_count, hits) in totals.items():
        recall = 100 * hits / truth_count if truth_count else 100
        precision = 100 * hits / found_count if found_count else 100
        print(f"{kind:12} {truth_count:6} {found_count:6} {hits:6} {recall:9.1f} {precision:12.1f}")


main(sys.argv[1:])
