// k6's REST interface (https://grafana.com/docs/k6/latest/reference/k6-rest-api/), version 1, in
// the form of JSON:API: what k6-operator and scripts around k6 talk to.
#pragma once

#include "controlled_test.h"

#include "crema/load/remote/rest_server.h"

namespace crema::load {

// /v1/status, /v1/metrics, /v1/metrics/NAME, /v1/groups, /v1/groups/ID, /v1/setup, /v1/teardown;
// / and /ping say "ok". Errors are k6's: 400 for what is no JSON, 404, 405, 500 with the reason.
RestAnswer answer_rest(ControlledTest& test, const RestRequest& request);

}  // namespace crema::load
