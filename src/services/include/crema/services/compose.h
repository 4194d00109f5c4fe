// Compose files (https://github.com/compose-spec/compose-spec), as far as services on this machine
// can keep what they say.
#pragma once

#include "crema/base/result.h"
#include "crema/services/interpolation.h"
#include "crema/services/service_spec.h"

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crema::services {

enum class DependencyCondition : std::uint8_t { started, healthy, completed };

struct ComposeDependency {
  std::string service;
  DependencyCondition condition = DependencyCondition::started;
  bool required = true;
};

struct ComposeBuild {
  std::string context;     // relative to the file
  std::string dockerfile;  // relative to the context
  std::string target;      // "" : the last stage
  std::vector<std::pair<std::string, std::string>> arguments;
};

struct ComposeService {
  ServiceSpec spec;  // `program` is not set; `command` as words
  std::vector<std::string> entrypoint;
  std::optional<ComposeBuild> build;
  std::vector<ComposeDependency> depends_on;
  std::vector<std::string> profiles;
  std::vector<std::string> aliases;  // other names it is found by: container_name, hostname, ...
  std::string working_directory;
  bool no_health_check = false;             // `disable: true`: not the image's either
  std::vector<std::string> without_effect;  // keys that mean nothing here
};

struct ComposeFile {
  std::string name;
  std::vector<ComposeService> services;  // in the order of the file

  const ComposeService* find(std::string_view id) const;
};

// Fails with "compose/..." and the place. `env_file` is read relative to `folder`; variables come
// from `find`, then from `folder`/.env. Keys that nothing here can keep are named in
// `without_effect`; `extends` and `include` are not supported and say so.
Result<ComposeFile> read_compose(const SourcePtr& source, const std::filesystem::path& folder,
                                 const FindVariable& find);

// Services of these profiles and without any, those they depend on included, in levels: a level
// starts when the one before it is up. Fails with "compose/..." for unknown names and circles.
Result<std::vector<std::vector<const ComposeService*>>> start_order(
    const ComposeFile& file, std::span<const std::string> profiles);

}  // namespace crema::services
