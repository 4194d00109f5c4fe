#!/bin/sh
# What k6 (on PATH) writes of script.js: `./make.sh` in this folder writes it anew.
set -e
cd "$(dirname "$0")"
python3 server.py 18999 &
server=$!
work=$(mktemp -d)
trap 'kill $server; rm -r "$work"' EXIT
sleep 1
run() { TZ=UTC k6 run --quiet --no-usage-report --address= -e SERVER=http://127.0.0.1:18999 "$@" || test $? = 99; }
run --summary-mode compact --summary-export export.json -o json=points.json -o csv=points.csv --no-color script.js >compact.txt
{
  cat script.js
  echo 'export function handleSummary(data) { return { "handle_summary.json": JSON.stringify(data, null, 1) }; }'
} >"$work/script.js"
run -o json=handle_points.json "$work/script.js"
