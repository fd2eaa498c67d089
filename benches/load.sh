#!/usr/bin/env bash
# How `load` measures up: the most of one nginx against wrk, hey and oha, and times against servers that are known.
# Not part of CI: it wants a quiet machine. Usage: benches/load.sh SHIPWORTHY [SECONDS]
# Needs nginx, wrk and hey (packages of Debian) and python3; oha (`cargo install oha`) is left out where it is missing.
set -euo pipefail
shipworthy=$(readlink -f "${1:?usage: benches/load.sh SHIPWORTHY [SECONDS]}")
seconds=${2:-10}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT

port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
wait_for() { for _ in $(seq 100); do (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return; sleep 0.1; done; exit 1; }

nginx_port=$(port)
cat >"$work/nginx.conf" <<CONF
worker_processes 1; daemon off; pid $work/pid; error_log $work/error.log;
events { worker_connections 1024; }
http {
  access_log off; keepalive_requests 100000000;
  client_body_temp_path $work/a; proxy_temp_path $work/b; fastcgi_temp_path $work/c; uwsgi_temp_path $work/d; scgi_temp_path $work/e;
  server { listen 127.0.0.1:$nginx_port; location / { return 200 "an answer of forty-two bytes, all counted.."; } }
}
CONF
nginx -c "$work/nginx.conf" & pids+=($!)
wait_for "$nginx_port"
url=http://127.0.0.1:$nginx_port/

# Runs a command; prints requests per second, as `rate` finds it in its output, and CPU microseconds per request.
measure() {
    local name=$1 rate=$2
    shift 2
    local TIMEFORMAT='%U %S' per_second cpu
    { time "$@" >"$work/out" 2>"$work/err"; } 2>"$work/time"
    per_second=$(python3 -c "$rate" <"$work/out")
    cpu=$(awk '{ print $1 + $2 }' "$work/time")
    python3 -c "print(f'| $name | {$per_second:,.0f} | {$cpu / ($per_second * $seconds) * 1e6:.1f} |')"
}

printf 'nginx %s, 16 connections, %s s, %s cores, load average %s, %s\n\n' \
    "$(nginx -v 2>&1 | cut -d/ -f2)" "$seconds" "$(nproc)" "$(cut -d' ' -f1-3 /proc/loadavg)" "$(date -u +%F)"
echo '| client | requests/s | CPU per request, µs |'
echo '|---|---|---|'
ours=(probe load --format json --allow load --i-own-this-target 127.0.0.1 --with "target=${url%/}")
of_ours='import json, sys; print(json.load(sys.stdin)["facts"]["throughput"]["value"])'
of_words='import re, sys; print(re.search(r"Requests/sec:\s*([0-9.]+)", sys.stdin.read()).group(1))'
for _ in 1 2; do
    measure wrk "$of_words" wrk -t 2 -c 16 -d "${seconds}s" "$url"
    measure shipworthy "$of_ours" "$shipworthy" "${ours[@]}" --with mode=saturate --with connections=16 \
        --with "duration=$seconds s" --with 'warmup=0 s'
    if command -v oha >/dev/null; then measure oha "$of_words" oha --no-tui -c 16 -z "${seconds}s" "$url"; fi
    measure hey "$of_words" hey -c 16 -z "${seconds}s" "$url"
done

# A server that is known: 20 ms for each answer, as it measures itself, or a stall of 1 s in every 5 s.
known() {
    local kind=$1
    known_port=$(port)
    python3 "$here/load_server.py" "$kind" "$known_port" & pids+=($!)
    wait_for "$known_port"
}
fact() { # in seconds
    python3 -c "import json, sys; fact = json.load(sys.stdin)['facts']['$1']
print(fact['value'] * {'ns': 1e-9, 'us': 1e-6, 'µs': 1e-6, 'ms': 1e-3, 's': 1}[fact['unit']])" <"$work/out"
}
at() { "$shipworthy" probe load --format json --allow load --with "target=http://127.0.0.1:$known_port" "$@" >"$work/out"; }

known delay
at --with rate=100/s --with 'duration=20 s'
truth=$(curl -s "http://127.0.0.1:$known_port/median")
witness=$(wrk -t 1 -c 2 -d 10s --latency "http://127.0.0.1:$known_port/" | awk '$1 == "50%" { print $2 }')
python3 -c "p, t = $(fact p50), $truth
print(f'\n20 ms: p50 {p * 1000:.3f} ms, {(p / 0.02 - 1) * 100:+.2f} %; the server itself {t * 1000:.3f} ms, wrk $witness')"
known stall
at --with rate=200/s --with 'duration=30 s'
python3 -c "p = $(fact p99); print(f'stall: p99 {p * 1000:.0f} ms, truth 950 ms, {(p / 0.95 - 1) * 100:+.1f} %')"
