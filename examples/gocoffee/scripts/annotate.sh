#!/usr/bin/env bash
# Turns the failures in a log of `go test` into annotations at their files and lines.
#   scripts/annotate.sh [log...]
set -euo pipefail
module=$(sed -n 's/^module //p' go.mod)

# `go test` names files without their folder; the package's line, which follows, has it.
awk -v module="$module" '
  /^ *--- FAIL: / { test = $3 }
  match($0, /^ +[A-Za-z0-9_]+\.go:[0-9]+: /) {
    split(substr($0, 1, RLENGTH), place, ":")
    gsub(/ /, "", place[1])
    text = substr($0, RLENGTH + 1)
    gsub(/%/, "%25", text)
    failures[++count] = place[1] "\t" place[2] "\t" test ": " text
  }
  /^(ok|FAIL)[ \t]+[^ \t]+\// {
    folder = $2
    sub("^" module "/?", "", folder)
    for (i = 1; i <= count && $1 == "FAIL"; i++) {
      split(failures[i], part, "\t")
      printf "::error file=%s/%s,line=%s,title=Test failed::%s\n", folder, part[1], part[2], part[3]
    }
    count = 0
  }
' "$@"
