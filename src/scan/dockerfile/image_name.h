// The name of an image in its parts.
#pragma once

#include <string_view>

namespace crema::scan {

struct ImageName {
  std::string_view registry;  // "" for Docker Hub
  std::string_view path;      // "library/golang", as it is written
  std::string_view tag;       // "" without one
  std::string_view digest;    // "sha256:..."; "" without one
};

// "localhost:5000/app:1@sha256:...", after the reference grammar of distribution/reference.
ImageName parse_image_name(std::string_view text);

}  // namespace crema::scan
