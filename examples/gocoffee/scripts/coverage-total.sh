#!/usr/bin/env bash
# Merges coverage profiles into one and prints the share of statements they cover, such as 87.3.
#   scripts/coverage-total.sh MERGED PROFILE...
set -euo pipefail
merged=$1
shift
{ head -n 1 "$1" && tail -q -n +2 "$@"; } >"$merged"
go tool cover -func="$merged" | awk '/^total:/ { sub("%", "", $3); print $3 }'
