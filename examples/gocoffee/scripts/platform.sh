#!/usr/bin/env bash
# Starts the three services as local processes on free ports, or stops them.
#
#   scripts/platform.sh up   [bin folder] [folder for logs and pids]
#   scripts/platform.sh down [folder for logs and pids]
#
# "up" needs DATABASE_URL and REDIS_URL, and prints the services' addresses as NAME=value lines:
# put them into the environment with  export $(scripts/platform.sh up)
set -euo pipefail

# start NAME COMMAND...: runs the service and sets $url to where it listens.
start() {
  local name=$1 log=$state/$1.log
  : >"$log" # now, not when the background process gets to it: an old log names an old port
  "$bin/$name" >>"$log" 2>&1 </dev/null &
  echo $! >"$state/$name.pid"
  for _ in $(seq 300); do
    # Port 0 picks a free port; the log says which.
    url=$(sed -n 's|.*"msg":"listening".*"addr":"\([^"]*\)".*|http://\1|p' "$log")
    if [ -n "$url" ]; then return; fi
    if ! kill -0 $! 2>/dev/null; then break; fi
    sleep 0.1
  done
  echo "$name does not start:" >&2
  cat "$log" >&2
  exit 1
}

up() {
  : "${DATABASE_URL:?}" "${REDIS_URL:?}"
  mkdir -p "$state"
  export LISTEN_ADDR=127.0.0.1:0 COOKIE_SECURE=false
  export SERVICE_KEY=${SERVICE_KEY:-local-development-only}
  start user-gateway
  export USER_GATEWAY_URL=$url
  start security-gateway
  export SECURITY_GATEWAY_URL=$url
  start web-ui-backend
  echo "USER_GATEWAY_URL=$USER_GATEWAY_URL"
  echo "SECURITY_GATEWAY_URL=$SECURITY_GATEWAY_URL"
  echo "BASE_URL=$url"
}

down() {
  for name in web-ui-backend security-gateway user-gateway; do
    [ -e "$state/$name.pid" ] || continue
    kill -TERM "$(cat "$state/$name.pid")" 2>/dev/null || true
    rm "$state/$name.pid"
  done
}

case ${1:-} in
  up) bin=${2:-bin} state=${3:-run} && up ;;
  down) state=${2:-run} && down ;;
  *) sed -n '2,8s/^# \{0,1\}//p' "$0" >&2 && exit 2 ;;
esac
