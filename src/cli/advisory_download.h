// Fetching advisories over HTTPS, for `crema db update`.
#pragma once

#include "crema/base/result.h"
#include "crema/sys/host.h"

#include <string>

namespace crema::cli {

// The body behind an address, by way of the proxies of the environment; certificates are verified.
// Errors are "db/download", also where CREMA_OFFLINE is set.
Result<std::string> download(const sys::Host& host, const std::string& address);

}  // namespace crema::cli
