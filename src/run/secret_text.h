// Text of a journal: secrets in it are kept as their names and filled in again when they are given
// again.
#pragma once

#include "masking.h"

#include "crema/base/result.h"
#include "crema/run/request.h"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>

namespace crema::run {

// A string without secrets, or an array of strings and {"secret": NAME}; nullopt when the text
// holds a secret that has no name, because a step made it one (::add-mask::).
std::optional<nlohmann::json> hide_secrets(const std::string& text, const NamedValues& secrets,
                                           const Masker& masker);

// The text again. Fails with "run/secret-missing".
Result<std::string> fill_in_secrets(const nlohmann::json& hidden, const NamedValues& secrets);

}  // namespace crema::run
