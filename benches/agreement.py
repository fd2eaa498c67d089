#!/usr/bin/env python3
"""Compares shipworthy's findings with those of specialists over trees that nobody here wrote.

Usage: agreement.py --shipworthy BINARY [--tools FOLDER] [--units FILE] TREE...

Both sides see the same units: one Dockerfile, one Kubernetes object, one GitHub workflow at a time, so that a
disagreement is about a rule and not about which files count. For each mapped rule a unit is `equal` when both find
something or neither does. A disagreement that a difference in the table below does not explain is printed as UNEXPLAINED
and makes the script end with 1. The result is a table in Markdown, for docs/agreement.md; `--units` writes every
disagreement, one a line.

Needs hadolint, checkov and zizmor, in --tools or on PATH. agreement.sh installs them.
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

SKIPPED = re.compile(r"(^|/)(testdata|test|tests|e2e|node_modules|vendor|resource_customizations)(/|$)")

# One mapped rule: kind of unit, our facts, their rules.
RULES = [
    ("dockerfile", "root_users", ["hadolint DL3002", "checkov CKV_DOCKER_3", "checkov CKV_DOCKER_8"]),
    ("dockerfile", "unpinned_images", ["hadolint DL3006", "hadolint DL3007", "checkov CKV_DOCKER_7"]),
    ("dockerfile", "shell_form_entrypoints", ["hadolint DL3025"]),
    ("dockerfile", "without_healthcheck", ["checkov CKV_DOCKER_2"]),
    ("dockerfile", "verification_off", [f"checkov CKV2_DOCKER_{number}" for number in range(2, 17)]),
    ("kubernetes", "without_cpu_request", ["checkov CKV_K8S_10"]),
    ("kubernetes", "without_memory_request", ["checkov CKV_K8S_12"]),
    ("kubernetes", "without_memory_limit", ["checkov CKV_K8S_13"]),
    ("kubernetes", "without_readiness_probe", ["checkov CKV_K8S_9"]),
    ("kubernetes", "unpinned_images", ["checkov CKV_K8S_14"]),
    ("kubernetes", "privileged", ["checkov CKV_K8S_16"]),
    ("kubernetes", "host_namespaces", ["checkov CKV_K8S_17", "checkov CKV_K8S_18", "checkov CKV_K8S_19"]),
    ("kubernetes", "host_ports", ["checkov CKV_K8S_26"]),
    ("kubernetes", "host_paths", ["checkov CKV_K8S_27"]),
    ("kubernetes", "added_capabilities", ["checkov CKV_K8S_25", "checkov CKV_K8S_39"]),
    ("kubernetes", "privilege_escalation", ["checkov CKV_K8S_20"]),
    ("kubernetes", "writable_roots", ["checkov CKV_K8S_22"]),
    ("kubernetes", "run_as_root", ["checkov CKV_K8S_23"]),
    ("kubernetes", "kept_capabilities", ["checkov CKV_K8S_37"]),
    ("kubernetes", "without_seccomp", ["checkov CKV_K8S_31"]),
    ("kubernetes", "mounted_tokens", ["checkov CKV_K8S_38"]),
    ("kubernetes", "wildcard_rules custom_wildcard_rules", ["checkov CKV_K8S_49"]),
    ("kubernetes", "default_account_bindings", ["checkov CKV_K8S_42"]),
    ("kubernetes", "escalating_rules", ["checkov CKV_K8S_157", "checkov CKV_K8S_158"]),
    ("workflow", "branch_actions unpinned_actions official_tags unpinned_images", ["zizmor unpinned-uses", "zizmor unpinned-images"]),
    ("workflow", "missing_permissions write_all_permissions broad_permissions", ["zizmor excessive-permissions"]),
    ("workflow", "dangerous_checkouts", ["zizmor dangerous-triggers"]),
    ("workflow", "script_injections", ["zizmor template-injection"]),
    ("workflow", "insecure_commands", ["zizmor insecure-commands"]),
    ("workflow", "inherited_secrets", ["zizmor secrets-inherit"]),
    ("workflow", "all_secrets", ["zizmor overprovisioned-secrets"]),
    ("workflow", "literal_secrets", ["zizmor hardcoded-container-credentials"]),
]

# Stated differences: kind, fact, who alone finds it (`ours` or `theirs`), what the unit's text or our facts must show,
# and the reason.
DIFFERENCES = []


def difference(kind, fact, side, reason, when):
    DIFFERENCES.append((kind, fact, side, reason, when))


exec(compile((pathlib.Path(__file__).parent / "agreement_differences.py").read_text(), "agreement_differences.py", "exec"))


class Unit:
    """One Dockerfile, object or workflow in a folder of its own."""

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
    found = []

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
                for number, text in enumerate(documents(file.read_text(errors="replace"))):
                    add("kubernetes", tree, f"{path}#{number}", text, "object.yaml")
    return found


def run(arguments, **more):
    return subprocess.run(arguments, capture_output=True, text=True, errors="replace", timeout=3000, **more)


def ours(binary, unit):
    """Our facts; a count that was not observed finds nothing."""
    arguments = [binary, "probe", unit.kind, "--root", str(unit.folder), "--format", "json"]
    if unit.kind != "workflow":
        glob = "Dockerfile" if unit.kind == "dockerfile" else "object.yaml"
        arguments += ["--with", f"glob={glob}"]
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


def explained(unit, fact, side):
    for kind, name, which, reason, when in DIFFERENCES:
        if (kind, name, which) == (unit.kind, fact, side) and when(unit):
            return reason
    return None


def compare(all_units):
    """Per tree and rule: equal, ours only, theirs only, reasons."""
    table = collections.OrderedDict()
    for unit in all_units:
        if unit.facts.get("parse_errors"):
            unit.facts = {**unit.facts}
        for kind, fact, rules in RULES:
            if unit.kind != kind:
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
            reason = explained(unit, fact, side)
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
    tool = lambda name: shutil.which(name, path=options.tools or None) or sys.exit(f"there is no {name}")
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        all_units = units(options.trees, work)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda unit: ours(options.shipworthy, unit), all_units))
        hadolint(tool("hadolint"), all_units)
        checkov(tool("checkov"), all_units, work)
        zizmor(tool("zizmor"), all_units)
    table = compare(all_units)
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
            for (tree, kind, fact, _), row in table.items():
                for path, side, reason in row["why"] + row["open"]:
                    out.write(f"{'explained' if reason else 'OPEN'}\t{side}\t{fact}\t{tree}/{path}\t{reason or ''}\n")


if __name__ == "__main__":
    main()
