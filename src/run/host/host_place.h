// A job's place on this machine: its folders, its environment and its processes.
#pragma once

#include "host_executor.h"
#include "place_folder.h"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace crema::run {

class HostPlace : public Place {
 public:
  static Result<std::unique_ptr<Place>> open(HostExecutor& executor, const PlaceRequest& request);

  const Folders& folders() const override { return folders_; }
  bool kept() const override { return lease_.kept(); }
  const sys::Environment& environment() const override { return environment_; }
  std::string_view os() const override { return "Linux"; }
  std::string_view arch() const override;
  std::vector<PlaceRemark> remarks() const override { return remarks_; }

  Result<> prepare_workspace(const PlaceLog& log) override;
  Result<expr::Value> start_services(const std::vector<workflow::ServiceSpec>& services,
                                     const PlaceLog& log, std::stop_token stop) override;
  std::vector<std::pair<std::string, std::string>> service_logs() const override;
  Result<sys::Exit> run(const sys::Command& command, const sys::RunLimits& limits,
                        const sys::OutputSink& output) override;
  std::optional<std::filesystem::path> find_program(std::string_view name,
                                                    std::string_view path) const override;
  sys::ProcessTree* processes() override { return processes_.get(); }
  std::size_t close() override;
  void remove() override;

 private:
  HostPlace(HostExecutor& executor, const PlaceRequest& request, PlaceFolder folder);

  HostExecutor& executor_;
  const Repository& repository_;
  PlaceFolder lease_;
  std::filesystem::path folder_;
  bool in_place_;
  bool filled_;
  Folders folders_;
  sys::Environment environment_;
  std::vector<PlaceRemark> remarks_;
  // Programs found so far, by name and PATH: a step in a long PATH should not search it again.
  mutable std::mutex found_mutex_;
  mutable std::map<std::pair<std::string, std::string>, std::filesystem::path> found_;
  std::unique_ptr<services::RunningServices>
      services_;  // before the tree, so that their ports outlive their programs
  std::unique_ptr<sys::ProcessTree> processes_;
};

}  // namespace crema::run
