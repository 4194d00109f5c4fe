#!/usr/bin/env bash
# Runs one test suite by its name, or the whole pipeline.
#
#   scripts/test-runner.sh all | lint | unit | integration | build | smoke    jobs of the pipeline
#   scripts/test-runner.sh load | stress | e2e                                need a platform at BASE_URL
set -euo pipefail
cd "$(dirname "$0")/.."
suite=${1:-}
shift || true

case $suite in
  all) exec crema run "$@" ;;
  lint | unit | integration | build | smoke) exec crema run --job "$suite" "$@" ;;
  load | stress) exec crema load "tests/performance/$suite-test.js" "$@" ;;
  e2e)
    cd tests/e2e
    [ -d node_modules ] || PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund
    exec npx playwright test "$@"
    ;;
  *) sed -n '2,5s/^# \{0,1\}//p' scripts/test-runner.sh >&2 && exit 2 ;;
esac
