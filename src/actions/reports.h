// Reports of other tools as actions read them: through evidence's table of formats, with paths of
// the workspace.
#pragma once

#include "crema/evidence/import.h"
#include "crema/run/action.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace crema::actions {

struct Report {
  std::string path;  // from the workspace
  std::string_view format;
  std::vector<evidence::Evidence> evidence;
};

// Fails as the format's reader does; the message names the file, and the line where it is known.
Result<Report> read_report(const run::ActionContext& context, const std::filesystem::path& file);

// Files that match lines of patterns (`!` excludes) below `base`, sorted, each once.
Result<std::vector<std::filesystem::path>> find_reports(const run::ActionContext& context,
                                                        const std::filesystem::path& base,
                                                        const std::string& patterns,
                                                        bool follow_links = true);

}  // namespace crema::actions
