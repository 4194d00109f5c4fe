// A Cargo workspace whose tests are built: its targets, and how cargo is called in it.
#pragma once

#include "cargo_build.h"
#include "framework.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace crema::testing {

// `root`, `folder` and `services` outlive it.
class CargoWorkspace {
 public:
  CargoWorkspace(const std::filesystem::path& root, const std::string& folder,
                 const TaskServices& services);

  // What cargo said where nothing could be built and no target says why; else "". Fails with
  // "testing/stopped", or when cargo cannot be started.
  Result<std::string> build();

  // Once it is built.
  const std::vector<evidence::TestSuite>& broken() const { return build_.broken; }
  std::vector<CargoTarget> targets() const;                         // that can run, by their suites
  const CargoTarget* target_of(const std::string& suite) const;     // null: none that can run
  evidence::TestSuite suite_of(std::string_view executable) const;  // as cargo names it

  // `cargo test` with these arguments, within the task's share of the machine.
  sys::Command command(std::vector<std::string> arguments) const;

 private:
  Result<bool> build_targets(std::vector<std::string> choice, std::string& said);
  bool has_executable(const CargoTarget& target) const;

  const std::filesystem::path& root_;
  const std::string& folder_;
  const TaskServices& services_;
  CargoBuild build_;
};

}  // namespace crema::testing
