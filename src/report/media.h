// Pictures and videos that end-to-end tests have left in the artifacts of a run: small ones become
// parts of the page, large ones are named.
#pragma once

#include "page_writer.h"

#include "crema/store/store.h"

#include <filesystem>
#include <string>
#include <vector>

namespace crema::report {

struct Medium {
  std::string artifact, path;  // the path inside the artifact
  std::string type;            // "image/png"
  std::uint64_t bytes = 0;
  std::filesystem::path source;
  bool embedded = false;
};

inline constexpr std::uint64_t kLargestMedium = 4 * 1024 * 1024;
inline constexpr std::uint64_t kMostMediaBytes = 48 * 1024 * 1024;

// Which of them are embedded is decided here, in the order of their paths.
Result<std::vector<Medium>> find_media(store::Store& store, const store::RunRecord& run);
std::string media_json(const std::vector<Medium>& media);
// Parts "media-N", N being the place in the list.
Result<> write_media(PageWriter& page, const std::vector<Medium>& media);

}  // namespace crema::report
