// What rules about Dockerfiles ask that conditions cannot say, by the names pages call them:
// `check: untagged-image`.
#pragma once

#include "build.h"
#include "report.h"

#include <span>
#include <string_view>

namespace crema::scan {

struct DockerfileCheck {
  std::string_view name;
  void (*look)(const Build& build, DockerfileReport& report) = nullptr;
};

std::span<const DockerfileCheck> image_checks();
std::span<const DockerfileCheck> stage_checks();
std::span<const DockerfileCheck> user_checks();
std::span<const DockerfileCheck> secret_checks();
std::span<const DockerfileCheck> package_checks();
std::span<const DockerfileCheck> pin_checks();
std::span<const DockerfileCheck> copy_checks();
std::span<const DockerfileCheck> structure_checks();
std::span<const DockerfileCheck> shell_checks();
std::span<const DockerfileCheck> label_checks();

// Null where there is none of this name.
const DockerfileCheck* find_check(std::string_view name);

}  // namespace crema::scan
