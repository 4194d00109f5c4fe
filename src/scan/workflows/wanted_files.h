// Files of the repository that security steps name, for the question whether they are there. A
// workflow cannot know; so they are noted, and looked for when the whole tree is.
#pragma once

#include "report.h"

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

struct WantedFile {
  std::string tool;  // "zap"
  std::string path;  // from the repository's root
  std::string subject;
  std::uint32_t line = 0, column = 0, first_line = 0, last_line = 0;

  friend bool operator==(const WantedFile&, const WantedFile&) = default;
};

std::vector<WantedFile> wanted_files(const WorkflowFile& file);

// As notes of a file, and back; what is no such note is left out.
std::string to_notes(std::span<const WantedFile> files);
std::vector<WantedFile> from_notes(std::string_view notes);

}  // namespace crema::scan
