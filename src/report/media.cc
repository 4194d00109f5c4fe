#include "media.h"

#include "crema/base/strings.h"
#include "crema/sys/files.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <utility>

namespace crema::report {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kTypes = {
    {{".png", "image/png"},
     {".jpg", "image/jpeg"},
     {".jpeg", "image/jpeg"},
     {".webp", "image/webp"},
     {".gif", "image/gif"},
     {".webm", "video/webm"},
     {".mp4", "video/mp4"}}};
constexpr std::size_t kMostMedia = 2000;

std::string_view type_of(const std::string& path) {
  const auto ending = to_lower(std::filesystem::path(path).extension().string());
  for (const auto& [known, type] : kTypes) {
    if (known == ending) return type;
  }
  return "";
}

}  // namespace

Result<std::vector<Medium>> find_media(store::Store& store, const store::RunRecord& run) {
  std::vector<Medium> media;
  const auto artifacts = CREMA_TRY(store.artifacts_of(run.number));
  std::uint64_t embedded = 0;
  for (const auto& artifact : run.artifacts) {
    for (const auto& file : CREMA_TRY(artifacts->files(artifact.name))) {
      const auto type = type_of(file.path);
      if (type.empty() || media.size() == kMostMedia) continue;
      std::error_code unknown;
      const auto bytes = std::filesystem::file_size(file.source, unknown);
      if (unknown) continue;
      const bool fits = bytes <= kLargestMedium && embedded + bytes <= kMostMediaBytes;
      if (fits) embedded += bytes;
      media.push_back({artifact.name, file.path, std::string(type), bytes, file.source, fits});
    }
  }
  return media;
}

std::string media_json(const std::vector<Medium>& media) {
  auto json = nlohmann::ordered_json::array();
  for (const auto& medium : media) {
    json.push_back({{"artifact", medium.artifact},
                    {"path", medium.path},
                    {"type", medium.type},
                    {"bytes", medium.bytes},
                    {"embedded", medium.embedded}});
  }
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

Result<> write_media(PageWriter& page, const std::vector<Medium>& media) {
  for (std::size_t i = 0; i < media.size(); ++i) {
    if (media[i].embedded)
      page.part(fmt::format("media-{}", i), CREMA_TRY(sys::read_file(media[i].source)), false);
  }
  return {};
}

}  // namespace crema::report
