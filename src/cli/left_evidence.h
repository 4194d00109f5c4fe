// Evidence on its way into a run: its attachments get their places in an artifact, its records go
// to the step that crema runs in.
#pragma once

#include "crema/evidence/record.h"
#include "crema/store/artifacts.h"
#include "crema/sys/host.h"

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::cli {

// "a-b": letters, digits and points of a text, for names of files.
std::string slug(std::string_view text);

// Gives every attachment its path in an artifact; the files in their old and new places.
std::vector<store::ArtifactFile> place_attachments(std::span<evidence::TestSuite> suites,
                                                   const std::string& artifact);

// Copies the attachments of these suites to `folder` ($CREMA_EVIDENCE) and gives them their new
// paths; to be called before the suites are left.
Result<> leave_attachments(const std::filesystem::path& folder, const sys::Host& host,
                           std::span<evidence::TestSuite> suites);
// Records in `folder`, for the run the step belongs to.
Result<> leave_records(const std::filesystem::path& folder, const sys::Host& host,
                       std::vector<evidence::Evidence> left);

}  // namespace crema::cli
