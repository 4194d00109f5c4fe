// Values of outputs that more than one of them reads.
#pragma once

#include "crema/base/result.h"
#include "crema/load/core/tls_context.h"
#include "crema/load/metrics/output_values.h"

#include <chrono>
#include <string_view>

namespace crema::load {

// As durations in scripts; more than nothing. Fails with "load/output".
Result<std::chrono::nanoseconds> duration_value(const OutputValues& values, std::string_view key,
                                                std::string_view variable,
                                                std::chrono::nanoseconds fallback);

// Go's PathUnescape: "%2C" is a comma. None where a "%" has no two digits behind it.
std::optional<std::string> path_unescaped(std::string_view text);

// The client's certificate from two PEM files. Fails where one cannot be read.
Result<ClientCertificate> client_certificate(const std::string& certificate,
                                             const std::string& key);

}  // namespace crema::load
