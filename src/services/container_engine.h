// A container engine of this machine, by its command line: docker's and podman's are the same as
// far as services need them.
#pragma once

#include "crema/services/compose.h"
#include "crema/services/running_services.h"
#include "crema/sys/host.h"
#include "crema/sys/process.h"

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace crema::services {

struct EngineUse {
  const sys::Host& host;
  sys::ProcessTree& processes;
  const ServiceLog& log;
  std::stop_token stop;
};

class ContainerEngine {
 public:
  // The first of docker and podman that answers; a docker without its daemon does not.
  static std::optional<ContainerEngine> find(const sys::Host& host);

  const std::filesystem::path& program() const { return program_; }
  // Pulls the image where it is not here. Fails with "service/image" and what the engine said.
  Result<> ensure_image(const std::string& image, const EngineUse& use) const;
  // Builds what a compose file's `build:` means, relative to `folder`, and gives the image's name.
  Result<std::string> build(const std::string& id, const ComposeBuild& build,
                            const std::filesystem::path& folder, const EngineUse& use) const;
  // EXPOSE of an image that is here; TCP only.
  std::vector<std::uint16_t> exposed_ports(const std::string& image, const EngineUse& use) const;
  // Removes containers whose crema is gone: killed before it could.
  void remove_abandoned(const EngineUse& use) const;

 private:
  explicit ContainerEngine(std::filesystem::path program) : program_(std::move(program)) {}
  Result<sys::Exit> run(std::vector<std::string> words, std::string& output,
                        const EngineUse& use) const;

  std::filesystem::path program_;
};

// "crema-PID-ID-RANDOM": whose a container is can be told by its name alone.
std::string container_name(const std::string& id, const sys::Host& host);

}  // namespace crema::services
