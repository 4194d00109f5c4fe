// Versions of Kubernetes' interfaces that it no longer serves.
#pragma once

#include <string_view>

namespace crema::scan {

struct RemovedApi {
  std::string_view api_version;
  std::string_view kind;        // "" for all kinds of the version
  std::string_view removed_in;  // "1.22"
  std::string_view instead;     // "" where nothing takes its place
};

// Null where the version is served. After
// https://kubernetes.io/docs/reference/using-api/deprecation-guide.
const RemovedApi* find_removed_api(std::string_view api_version, std::string_view kind);

}  // namespace crema::scan
