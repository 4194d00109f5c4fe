// Which images a Dockerfile builds upon.
#include "checks.h"
#include "image_name.h"

#include "crema/base/strings.h"
#include "crema/dockerfile/variables.h"

#include <fmt/format.h>

#include <algorithm>

namespace crema::scan {
namespace {

using dockerfile::Verb;

// Calls `look(stage, step, image)` for each FROM that names an image.
template <typename Look>
void for_each_image(const Build& build, Look look) {
  for (const auto& stage : build.stages()) {
    if (stage.base || stage.image.empty() || equals_ignore_case(stage.image, "scratch")) continue;
    look(stage, build.steps()[stage.from_step], parse_image_name(stage.image));
  }
}

void untagged_image(const Build& build, DockerfileReport& report) {
  for_each_image(
      build, [&](const BuildStage& stage, const BuildStep& step, const ImageName& image) {
        if (!image.tag.empty() || !image.digest.empty() || dockerfile::has_variable(stage.image))
          return;
        report.add(step, stage.stage->image,
                   fmt::format("The image `{}` has no tag: each build takes whatever is newest",
                               stage.image));
      });
}

void latest_image(const Build& build, DockerfileReport& report) {
  for_each_image(
      build, [&](const BuildStage& stage, const BuildStep& step, const ImageName& image) {
        if (image.tag != "latest" || !image.digest.empty()) return;
        report.add(step, stage.stage->image,
                   fmt::format("The image `{}` is whatever is newest at each build", stage.image));
      });
}

void image_without_digest(const Build& build, DockerfileReport& report) {
  for_each_image(
      build, [&](const BuildStage& stage, const BuildStep& step, const ImageName& image) {
        if (!image.digest.empty() || dockerfile::has_variable(stage.image)) return;
        report.add(step, stage.stage->image,
                   fmt::format("The image `{}` is not pinned by its digest", stage.image));
      });
}

bool matches_registry(std::string_view allowed, std::string_view registry) {
  if (allowed == "*") return true;
  if (allowed.starts_with('*')) return registry.ends_with(allowed.substr(1));
  if (allowed.ends_with('*')) return registry.starts_with(allowed.substr(0, allowed.size() - 1));
  return allowed == registry;
}

bool is_trusted(const Build& build, std::string_view image) {
  const auto& trusted = build.settings().trusted_registries;
  const auto registry = parse_image_name(image).registry;
  return std::ranges::any_of(trusted, [&](const std::string& allowed) {
    if (!registry.empty()) return matches_registry(allowed, registry);
    return matches_registry(allowed, "docker.io") || matches_registry(allowed, "hub.docker.com");
  });
}

// The image of `from=` in a flag like --mount=type=bind,from=image,target=/a; "" without one.
std::string_view mounted_image(const dockerfile::Flag& flag) {
  if (flag.name != "mount") return "";
  for (const auto part : split(flag.value, ','))
    if (part.starts_with("from=")) return part.substr(5);
  return "";
}

void untrusted_registry(const Build& build, DockerfileReport& report) {
  if (build.settings().trusted_registries.empty()) return;
  const auto message = [](std::string_view image) {
    return fmt::format("The image `{}` is from none of the trusted registries", image);
  };
  for_each_image(build, [&](const BuildStage& stage, const BuildStep& step, const ImageName&) {
    if (!is_trusted(build, stage.image)) report.add(step, stage.stage->image, message(stage.image));
  });
  for (const auto& step : build.steps()) {
    for (const auto& flag : step.instruction->flags) {
      const auto image = step.is(Verb::copy) && flag.name == "from" ? std::string_view(flag.value)
                         : step.is(Verb::run)                       ? mounted_image(flag)
                                                                    : "";
      if (image.empty() || build.file().find_stage(image, build.stages().size()) != nullptr)
        continue;
      if (image != "scratch" && !is_trusted(build, image)) report.add(step, flag, message(image));
    }
  }
}

void constant_platform(const Build& build, DockerfileReport& report) {
  for (const auto& step : build.steps()) {
    const auto* flag = step.is(Verb::from) ? step.instruction->flag("platform") : nullptr;
    if (flag == nullptr || flag->value.find("BUILDPLATFORM") != std::string::npos ||
        flag->value.find("TARGETPLATFORM") != std::string::npos)
      continue;
    report.add(
        step, *flag,
        fmt::format("The platform `{}` is the same whatever platform is built for", flag->value));
  }
}

void redundant_platform(const Build& build, DockerfileReport& report) {
  for (const auto& step : build.steps()) {
    const auto* flag = step.is(Verb::from) ? step.instruction->flag("platform") : nullptr;
    if (flag != nullptr && (flag->value == "$TARGETPLATFORM" || flag->value == "${TARGETPLATFORM}"))
      report.add(step, *flag, "TARGETPLATFORM is the platform that FROM takes anyway");
  }
}

constexpr DockerfileCheck kChecks[] = {
    {"untagged-image", untagged_image},
    {"latest-image", latest_image},
    {"image-without-digest", image_without_digest},
    {"untrusted-registry", untrusted_registry},
    {"constant-platform", constant_platform},
    {"redundant-platform", redundant_platform},
};

}  // namespace

std::span<const DockerfileCheck> image_checks() { return kChecks; }

}  // namespace crema::scan
