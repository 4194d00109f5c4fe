// From options to what the parts of the engine are set by.
#pragma once

#include "crema/load/core/resolver.h"
#include "crema/load/core/tls_context.h"
#include "crema/load/metrics/summary.h"
#include "crema/load/metrics/threshold.h"
#include "crema/load/protocol/http_client.h"
#include "crema/load/schedule/options.h"
#include "crema/load/script/script_user.h"

namespace crema::load {

UserSettings user_settings(const Options& options, sys::Environment environment);
// Fails with "load/option" on addresses that are none.
Result<ResolverOptions> resolver_options(const Options& options);
TlsOptions tls_options(const Options& options);
Result<HttpOptions> http_options(const Options& options, const sys::Environment& environment);
// In the order of their metrics' names.
ThresholdRequests threshold_options(const Options& options);
// Fails with "load/trend-stat" or "load/time-unit".
Result<SummaryOptions> summary_options(const Options& options);

}  // namespace crema::load
