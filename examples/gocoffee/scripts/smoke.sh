#!/usr/bin/env bash
# One customer's journey through a running platform: registers, signs in, orders, signs out.
# Needs BASE_URL; exits 1 at the first answer that is not as it should be.
set -euo pipefail
: "${BASE_URL:?}"

# call STATUS METHOD PATH [BODY]: asks and prints the answer, fails on another status.
call() {
  local want=$1 method=$2 path=$3 body=${4:-} answer code
  answer=$(curl --silent --show-error --max-time 10 --request "$method" "$BASE_URL$path" \
    --write-out '\n%{http_code}' ${token:+--header "Authorization: Bearer $token"} \
    ${body:+--header "Content-Type: application/json" --data "$body"})
  code=${answer##*$'\n'}
  if [ "$code" != "$want" ]; then
    echo "$method $path: got $code, want $want: ${answer%$'\n'*}" >&2
    exit 1
  fi
  echo "$method $path: $code" >&2
  printf '%s' "${answer%$'\n'*}"
}

token=
call 200 GET /health >/dev/null
call 200 GET /ready >/dev/null
call 200 GET / | grep -q '<title>Go Coffee</title>'
call 200 GET /api/menu | grep -q '"latte"'

email="smoke-$(date +%s)-$$@example.com"
call 201 POST /api/register "{\"email\":\"$email\",\"name\":\"Smoke\",\"password\":\"correct horse\"}" >/dev/null
login=$(call 200 POST /api/login "{\"email\":\"$email\",\"password\":\"correct horse\"}")
token=$(sed -n 's/.*"token":"\([^"]*\)".*/\1/p' <<<"$login")
call 201 POST /api/orders '{"items":[{"drink":"latte","size":"small","quantity":2}]}' >/dev/null
call 200 GET /api/orders | grep -q '"drink": *"latte"'
call 204 POST /api/logout >/dev/null
call 401 GET /api/me >/dev/null
echo "the platform at $BASE_URL works"
