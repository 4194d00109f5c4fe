// The fingerprints of what was found in a commit, kept: a commit does not change.
#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace crema::scan {

using Fingerprints = std::set<std::string, std::less<>>;

// Those of this commit by these scanners (`version`), where they were kept.
std::optional<Fingerprints> read_known(const std::filesystem::path& folder, std::string_view commit,
                                       std::string_view version);
// Keeps one commit; that of an older one goes. That it cannot is no error: it costs time.
void keep_known(const std::filesystem::path& folder, std::string_view commit,
                std::string_view version, const Fingerprints& prints);

}  // namespace crema::scan
