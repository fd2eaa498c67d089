#!/usr/bin/env python3
"""Compares probe `secrets` with detect-secrets and gitleaks: on tokens of the shapes that publishers document, and over trees.

Usage: agreement_secrets.py --shipworthy BINARY --detect-secrets BINARY --gitleaks BINARY [TREE...]

Tokens are made up here, by their documented alphabet, length and checksum, and stand alone in a file of their own; so do
look-alikes that no publisher would issue. Every disagreement is printed, the ones below with their reason; any other makes
the script end with 1.
"""

import argparse
import json
import pathlib
import random
import re
import string
import subprocess
import sys
import tempfile
import zlib

ALNUM = string.ascii_letters + string.digits
BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
RANDOM = random.Random(20260501)
# Plugins that guess by entropy or by a variable's name are left out: they know no shape.
GUESSING = ["KeywordDetector", "Base64HighEntropyString", "HexHighEntropyString", "IPPublicDetector"]


def some(alphabet, length):
    return "".join(RANDOM.choice(alphabet) for _ in range(length))


def checked(prefix):
    """A token whose last six characters are the CRC-32 of the thirty before them, in base 62 (GitHub, npm)."""
    body = some(ALNUM, 30)
    number, digits = zlib.crc32(body.encode()), ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        digits = BASE62[digit] + digits
    return prefix + body + digits


UPPER32 = string.ascii_uppercase + "234567"
LINES = {
    "aws access key id": lambda: f'KEY = "AKIA{some(UPPER32, 16)}"',
    "github token": lambda: f'TOKEN = "{checked("ghp_")}"',
    "gitlab token": lambda: f'TOKEN = "glpat-{some(ALNUM, 20)}"',
    "npm token": lambda: f'//npm.example.org/:_authToken={checked("npm_")}',
    "openai key": lambda: f'KEY = "sk-{some(ALNUM, 20)}T3BlbkFJ{some(ALNUM, 20)}"',
    "pypi token": lambda: f'TOKEN = "pypi-AgEIcHlwaS5vcmc{some(ALNUM + "-_", 90)}"',
    "sendgrid key": lambda: f'KEY = "SG.{some(ALNUM, 22)}.{some(ALNUM, 43)}"',
    "slack bot token": lambda: f'TOKEN = "xoxb-{some(string.digits, 12)}-{some(string.digits, 12)}-{some(ALNUM, 24)}"',
    "slack webhook": lambda: f'URL = "https://hooks.slack.com/services/T{some(string.digits, 8)}/B{some(string.digits, 8)}/{some(ALNUM, 24)}"',
    "stripe key": lambda: f'KEY = "sk_live_{some(ALNUM, 24)}"',
    "twilio key": lambda: f'KEY = "SK{some("0123456789abcdef", 32)}"',
    "mailchimp key": lambda: f'KEY = "{some("0123456789abcdef", 32)}-us12"',
    "square token": lambda: f'TOKEN = "sq0csp-{some(ALNUM, 43)}"',
    "discord bot token": lambda: f'TOKEN = "M{some(ALNUM, 23)}.{some(ALNUM, 6)}.{some(ALNUM, 27)}"',
    "telegram bot token": lambda: f'TOKEN = "{some(string.digits, 9)}:AA{some(ALNUM, 33)}"',
    "azure storage key": lambda: f'KEY = "AccountKey={some(ALNUM, 86)}=="',
    "json web token": lambda: 'TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"',
    "private key": lambda: "-----BEGIN RSA PRIVATE KEY-----\n" + "\n".join(some(ALNUM, 64) for _ in range(12)) + "\n-----END RSA PRIVATE KEY-----",
    "password in a URL": lambda: f'URL = "postgres://shop:{some(ALNUM, 16)}@db.shop.io/shop"',
    "github look-alike": lambda: f'TOKEN = "ghp_{some(ALNUM, 36)}"',
    "npm look-alike": lambda: f'//npm.example.org/:_authToken=npm_{some(ALNUM, 36)}',
    "aws documentation key": lambda: 'KEY = "AKIAIOSFODNN7EXAMPLE"',
    "placeholder in a URL": lambda: 'URL = "redis://user:password@host:6379/0"',
    "variable in a URL": lambda: 'URL = f"postgres://shop:{password}@db/shop"',
}

# What is meant to differ: the kind of line, who alone finds it, and why.
GITLEAKS_DIFFERENCES = {
    ("github look-alike", "theirs"): "the checksum does not hold: GitHub never issued it",
    ("npm look-alike", "theirs"): "the checksum does not hold: npm never issued it",
    ("json web token", "theirs"): "a token of seconds or hours, most often of a test: no credential by its shape",
    ("mailchimp key", "theirs"): "32 hexadecimal digits and a data centre: any checksum with a suffix looks the same",
    ("twilio key", "theirs"): "two letters and 32 hexadecimal digits, as other identifiers have",
    ("discord bot token", "theirs"): "gitleaks guesses by the name of the variable",
    ("password in a URL", "ours"): "gitleaks has no rule for an address with a password",
    ("azure storage key", "ours"): "gitleaks has no rule for storage keys",
    ("telegram bot token", "ours"): "gitleaks wants the word `telegram` before it",
    ("square token", "ours"): "gitleaks knows access tokens of Square, not its application secrets",
}
DIFFERENCES = {
    ("github look-alike", "theirs"): "the checksum does not hold: GitHub never issued it",
    ("npm look-alike", "theirs"): "the checksum does not hold: npm never issued it",
    ("aws documentation key", "theirs"): "the key of Amazon's own documentation",
    ("placeholder in a URL", "theirs"): "words that stand for a user and a password",
    ("json web token", "theirs"): "a token of seconds or hours, most often of a test: no credential by its shape",
    ("mailchimp key", "theirs"): "32 hexadecimal digits and a data centre: any checksum with a suffix looks the same",
    ("twilio key", "theirs"): "two letters and 32 hexadecimal digits, as other identifiers have",
    ("discord bot token", "theirs"): "three parts of base64 without a prefix: only decoding tells them from others",
    ("variable in a URL", "theirs"): "a variable is filled in; nothing is written down",
}


def ours(binary, root, hints=False):
    result = subprocess.run([binary, "probe", "secrets", "--root", str(root), "--format", "json"], capture_output=True, text=True)
    evidence = json.loads(result.stdout).get("evidence", [])
    counted = [item for item in evidence if item.get("place") and (hints or item.get("certainty") != "hint")]
    return {(item["place"]["file"], item["place"]["line"]) for item in counted}


def theirs(binary, root):
    skip = [word for name in GUESSING for word in ("--disable-plugin", name)]
    command = [binary, "scan", "--all-files", "--no-verify", *skip, "--exclude-files", r"^\.git/"]
    results = json.loads(subprocess.run(command, cwd=root, capture_output=True, text=True).stdout)["results"]
    return {(file, item["line_number"]) for file, items in results.items() for item in items}


def gitleaks(binary, root):
    """Places by rule; its rule of guesses by entropy and a variable's name is left out."""
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        command = [binary, "dir", str(root), "--no-banner", "--exit-code", "0", "--report-format", "json", "--report-path", report.name]
        subprocess.run(command, capture_output=True, text=True)
        found = json.loads(pathlib.Path(report.name).read_text() or "[]")
    return {(item["File"].removeprefix(f"{root}/"), item["StartLine"], item["RuleID"]) for item in found if item["RuleID"] != "generic-api-key"}


def word(finds):
    return "finds" if finds else "silent"


def compare_lines(options):
    open_questions = 0
    print("| line | ours | detect-secrets | gitleaks | why |\n|---|---|---|---|---|")
    for name, line in LINES.items():
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "shop").mkdir()
            (root / "shop" / ("npmrc.ini" if "npm" in name else "config.py")).write_text(line() + "\n")
            mine, others = bool(ours(options.shipworthy, root)), bool(theirs(options.detect_secrets, root))
            third = bool(gitleaks(options.gitleaks, root))
        side = "ours" if mine else "theirs"
        reasons = [DIFFERENCES.get((name, side))] if mine != others else []
        reasons += [GITLEAKS_DIFFERENCES.get((name, side))] if mine != third else []
        open_questions += reasons.count(None)
        shown = "; ".join(dict.fromkeys(reason or "**UNEXPLAINED**" for reason in reasons))
        print(f"| {name} | {word(mine)} | {word(others)} | {word(third)} | {shown} |")
    return open_questions


TEST_DATA = re.compile(r"(^|/)(test|tests|testdata|fixtures|integration|spec|e2e|mocks?)(/|$)|(^|[_.])(test|tests|spec)\.\w+$|Tests?\.\w+$")


def compare_files(options):
    """Files that ours counts and those of gitleaks, outside of what its path says to be test data."""
    for tree in options.trees:
        others = {}
        for file, _, rule in gitleaks(options.gitleaks, tree):
            if not file.startswith(".git/"):
                others.setdefault(file, set()).add(rule)
        mine = {file for file, _ in ours(options.shipworthy, tree, hints=True)}
        shipped = {file for file in others if not TEST_DATA.search(file)}
        print(f"\n{tree.name} with gitleaks: {len(mine & set(others))} files by both, {len(mine - set(others))} ours only, "
              f"{len(shipped - mine)} theirs only, {len(set(others) - shipped - mine)} more of test data")
        for file in sorted(mine - set(others)):
            print(f"  ours: {file}")
        for file in sorted(shipped - mine):
            print(f"  gitleaks: {file}: {', '.join(sorted(others[file]))}")


def compare_trees(options):
    for tree in options.trees:
        mine, others = ours(options.shipworthy, tree, hints=True), theirs(options.detect_secrets, tree)
        print(f"\n{tree.name}: {len(mine & others)} places by both, {len(mine - others)} ours only, {len(others - mine)} theirs only")
        for side, places in (("ours", mine - others), ("theirs", others - mine)):
            for file, line in sorted(places):
                print(f"  {side}: {file}:{line}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shipworthy", required=True)
    parser.add_argument("--detect-secrets", required=True)
    parser.add_argument("--gitleaks", required=True)
    parser.add_argument("trees", nargs="*", type=pathlib.Path)
    options = parser.parse_args()
    open_questions = compare_lines(options)
    compare_trees(options)
    compare_files(options)
    sys.exit(1 if open_questions else 0)


if __name__ == "__main__":
    main()
