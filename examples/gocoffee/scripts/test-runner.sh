#!/usr/bin/env bash
# Runs one test suite by its name, or the whole pipeline.
#
#   scripts/test-runner.sh all                            the pipeline
#   scripts/test-runner.sh unit | integration | e2e       tests, with what they need
#   scripts/test-runner.sh lint | build | smoke           other jobs of the pipeline
#   scripts/test-runner.sh load | stress                  need a platform at BASE_URL
set -euo pipefail
cd "$(dirname "$0")/.."
suite=${1:-}
shift || true

case $suite in
  all) exec crema run "$@" ;;
  unit | integration | e2e) exec crema test "$suite" "$@" ;;
  lint | build | smoke) exec crema run --job "$suite" "$@" ;;
  load | stress) exec crema load "tests/performance/$suite-test.js" "$@" ;;
  *) sed -n '2,7s/^# \{0,1\}//p' scripts/test-runner.sh >&2 && exit 2 ;;
esac
