// What a Dockerfile builds with Go, and how the image that it makes starts it: enough to build and
// start the program here, without the image.
#pragma once

#include "crema/base/result.h"
#include "crema/services/service_spec.h"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace crema::services {

struct GoImage {
  std::filesystem::path folder;  // where `go build` runs, on this machine
  std::vector<std::pair<std::string, std::string>> build_environment;  // CGO_ENABLED=0
  std::vector<std::string> build;            // words after `go build`, without -o
  std::string program;                       // its path in the image: "/usr/local/bin/api"
  std::vector<std::string> arguments;        // ENTRYPOINT's and CMD's, after the program
  bool own_entrypoint = false;               // a command of the compose file replaces CMD only
  std::vector<std::string> entry_arguments;  // those that stay then
  std::vector<std::pair<std::string, std::string>> environment;  // ENV of the last stage
  std::vector<std::uint16_t> ports;                              // EXPOSE
  HealthCheck health;  // HEALTHCHECK; the program's path as it is in the image
};

struct DockerfileUse {
  std::filesystem::path context;
  std::string target;                                          // the stage; "" : the last one
  std::vector<std::pair<std::string, std::string>> arguments;  // --build-arg
};

// Fails with "dockerfile/syntax" and the place, or with "dockerfile/not-go" where no `go build`
// makes the program that the image starts.
Result<GoImage> read_go_image(const SourcePtr& dockerfile, const DockerfileUse& use);

}  // namespace crema::services
