#!/usr/bin/env bash
# Measures what docs/performance.md promises. Usage:
#   benches/run.sh [TREE...]      trees to sweep; without any, one is generated
# Environment:
#   RUNS=7        runs per measurement; the median counts
#   FILES=100000  files of the generated tree for peak memory
#   WORK=DIR      where generated trees live; default a folder under target/
#   SKIP_BUILD=1  use target/release/shipworthy as it is
# Needs ripgrep for the comparison; uses hyperfine if it is installed.
set -euo pipefail
cd "$(dirname "$0")/.."

runs=${RUNS:-7}
work=${WORK:-target/bench}
bin=$PWD/target/release/shipworthy
mkdir -p "$work"
[ -n "${SKIP_BUILD:-}" ] || cargo build --release --quiet

# Median seconds of a command; its exit code does not matter, for an audit may well say no.
median() {
    if command -v hyperfine >/dev/null; then
        hyperfine -N -i -w 1 -r "$runs" --export-csv "$work/hyperfine.csv" -- "$1" >/dev/null 2>&1
        tail -n 1 "$work/hyperfine.csv" | awk -F, '{ printf "%.4f", $(NF - 4) }'
        return
    fi
    local start
    eval "$1" >/dev/null 2>&1 || true
    for _ in $(seq "$runs"); do
        start=$(date +%s%N)
        eval "$1" >/dev/null 2>&1 || true
        echo $(($(date +%s%N) - start))
    done | sort -n | awk '{ all[NR] = $1 } END { printf "%.4f", all[int((NR + 1) / 2)] / 1e9 }'
}

# Peak memory of a command in MB.
peak() {
    if [ -x /usr/bin/time ]; then
        /usr/bin/time -f %M -o "$work/peak" "$@" >/dev/null 2>&1 || true
        tail -n 1 "$work/peak" | awk '{ printf "%.1f", $1 / 1024 }'
    else
        python3 - "$@" <<'PY'
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(f"{resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.1f}", end="")
PY
    fi
}

# A spec of $1 checks, no two alike, in ten areas.
spec_of() {
    echo "version: 1"
    echo "system: { name: Bench }"
    echo "areas:"
    for area in $(seq 10); do
        printf '  area-%s:\n    title: Area %s\n    priority: high\n    checks:\n' "$area" "$area"
        for check in $(seq $(($1 / 10))); do
            printf '      - id: check-%s-%s\n        title: Nothing is left behind, part %s\n        severity: medium\n' "$area" "$check" "$check"
            printf '        probe: { file: { path: docs/page-%s-%s.md } }\n' "$area" "$check"
            printf '        expect:\n          - exists = true\n          - size < 10 MB\n        effort: 1 d\n'
        done
    done
}

# A spec that sweeps: patterns such as the catalog has, over code, comments and everything.
sweep_spec() {
    local words=(TODO FIXME XXX HACK breakpoint set_trace debugger dbg console.log printStackTrace NotImplemented unimplemented
        verify=False InsecureSkipVerify rejectUnauthorized DEBUG password secret AKIA ghp_ xoxb sk_live BEGIN eval exec
        except panic unwrap describe.only fit lorem example.com)
    echo "version: 1"
    echo "system: { name: Sweep }"
    echo "areas:"
    echo "  code:"
    echo "    checks:"
    local number=0 part word
    for word in "${words[@]}"; do
        number=$((number + 1))
        part=$([ $((number % 3)) = 0 ] && echo all || { [ $((number % 3)) = 1 ] && echo code || echo comments; })
        printf '      - id: pattern-%s\n        title: No %s\n        probe: { text: { glob: "**/*.{rs,py,js,ts,tsx,go,java,kt,cs,rb,php,c,h,cpp,sh,yml,yaml,toml,json,md}", pattern: %s, in: %s } }\n' \
            "$number" "$word" "'$(printf %s "$word" | sed 's/[.(]/\\&/g')'" "$part"
        printf '        expect:\n          - count = 0\n'
    done
}

# Every rule of the catalog that looks at files alone.
catalog_spec() {
    echo "version: 1"
    echo "system: { name: Catalog }"
    echo "areas:"
    echo "  catalog:"
    echo "    checks:"
    local id
    grep -l 'route:static' checks/*/*.yaml | xargs sed -n 's/^id: *//p' | while read -r id; do
        printf '      - { use: %s, id: %s }\n' "$id" "${id//\//-}"
    done
}

# A tree of $2 small source files under $1.
grow() {
    [ -e "$1/.grown-$2" ] && return
    rm -rf "$1"
    python3 - "$1" "$2" <<'PY'
import os, sys
root, files = sys.argv[1], int(sys.argv[2])
ends = ["py", "rs", "js", "go", "yaml", "md", "java", "json"]
for number in range(files):
    folder = f"{root}/part{number // 5000}/unit{number // 100 % 50}"
    os.makedirs(folder, exist_ok=True)
    end = ends[number % len(ends)]
    with open(f"{folder}/file{number}.{end}", "w") as out:
        for line in range(number % 160 + 10):
            out.write(f"value_{line} = call_{number % 97}(argument_{line})  # note {line}\n")
        if number % 50 == 0:
            out.write("# TODO: look at this again\n")
PY
    touch "$1/.grown-$2"
}

echo "## shipworthy $("$bin" --version | awk '{ print $2 }'), $(nproc) cores, median of $runs, warm cache"
echo
printf 'start-up (--version)           %8s s   (bound 0.010)\n' "$(median "$bin --version")"
spec_of 500 >"$work/500.yaml"
printf 'validate, 500 checks           %8s s   (bound 0.050)\n' "$(median "$bin validate --spec $work/500.yaml --root .")"

trees=("$@")
if [ ${#trees[@]} = 0 ]; then
    grow "$work/tree-20000" 20000
    trees=("$work/tree-20000")
fi
sweep_spec >"$work/sweep.yaml"
catalog_spec >"$work/catalog.yaml"
ratio() { awk "BEGIN { printf \"%.2f\", $1 / $2 }"; }
for tree in "${trees[@]}"; do
    filter="--hidden --no-ignore-dot --no-ignore-parent --no-ignore-global --no-require-git --max-filesize 2M -g !.git/ $tree"
    echo
    if command -v rg >/dev/null; then
        files=$(rg --files $filter | wc -l)
        bytes=$(rg --files --null $filter | xargs -0 -r stat -c %s | awk '{ all += $1 } END { print all + 0 }')
        printf '%s: %s files, %s bytes on average\n' "$tree" "$files" "$((bytes / (files > 0 ? files : 1)))"
        theirs=$(median "rg -c TODO $filter")
        printf '  rg -c TODO                   %8s s\n' "$theirs"
    else
        files=1 bytes=1 theirs=
        echo "$tree"
    fi
    for what in sweep catalog; do
        ours=$(median "$bin audit --spec $work/$what.yaml --root $tree --offline --no-exec")
        [ "$what" = sweep ] && label="audit, 32 patterns" || label="audit, static catalog"
        printf '  %-28s %8s s' "$label" "$ours"
        [ -z "$theirs" ] || printf '   ratio %s, %s µs per file, %s ns per byte' "$(ratio "$ours" "$theirs")" \
            "$(awk "BEGIN { printf \"%.1f\", $ours * 1e6 / $files }")" "$(awk "BEGIN { printf \"%.2f\", $ours * 1e9 / $bytes }")"
        echo
    done
done

files=${FILES:-100000}
grow "$work/tree-$files" "$files"
echo
printf 'peak memory, %s files      %8s MB  (bound 200)\n' "$files" \
    "$(peak "$bin" audit --spec "$work/catalog.yaml" --root "$work/tree-$files" --offline --no-exec)"
