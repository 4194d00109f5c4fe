// A service that tests or a job want: which image, or which program built here, with what.
#pragma once

#include "crema/base/diagnostic.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace crema::services {

struct PortMapping {
  std::uint16_t container = 0;
  std::optional<std::uint16_t> host;  // none: any free one
  bool operator==(const PortMapping&) const = default;
};

// As Docker has it, with its defaults.
struct HealthCheck {
  std::string command;  // for sh; "" when none is declared
  std::chrono::milliseconds interval{30000}, timeout{30000}, start_period{0};
  int retries = 3;
};

// A program of the repository instead of an image: it listens where it wants to.
struct Program {
  std::filesystem::path executable;
  std::filesystem::path working_directory;
  bool completes = false;  // it is up when it has ended well: a migration, a seed
};

// What a container engine runs of `image`, where no program of this machine stands for it.
struct Container {
  std::filesystem::path engine;         // docker or podman
  std::vector<std::string> entrypoint;  // words; empty: the image's own
  std::string working_directory;        // "": the image's own
  bool own_network = false;             // ports are published; else it shares this machine's
  bool completes = false;               // as a program's
};

struct ServiceSpec {
  std::string id;
  std::string image;  // "" : skipped, as on GitHub, unless it is a program
  std::vector<std::pair<std::string, std::string>> env;
  std::vector<PortMapping> ports;
  std::vector<std::string> volumes;  // "./init.sql:/docker-entrypoint-initdb.d/init.sql:ro"
  std::vector<std::string> command;  // words; empty: the image's own
  HealthCheck health;
  std::optional<Program> program;
  std::optional<Container> container;

  // Whether it is up when it has ended well.
  bool completes() const {
    return (program && program->completes) || (container && container->completes);
  }
  Span span;
};

}  // namespace crema::services
