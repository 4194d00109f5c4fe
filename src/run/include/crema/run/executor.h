// Executor: where jobs run. It gives each job a place of its own: folders, a clean environment, and
// processes that end with the job. Four things could implement it (this machine, a container,
// Kubernetes, an agent); the engine sees no difference.
//
// Order of calls: open, then for each step prepare_workspace (idempotent) and run, then close once.
// run may be called from several threads at once (background steps); the rest is the job's
// thread's.
#pragma once

#include "crema/base/result.h"
#include "crema/evidence/event.h"
#include "crema/expr/value.h"
#include "crema/run/repository.h"
#include "crema/sys/host.h"
#include "crema/sys/process.h"
#include "crema/workflow/expand.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crema::run {

struct PlaceRequest {
  std::filesystem::path folder;  // the job's own, below the run's folder
  std::filesystem::path shared;  // where jobs of all runs work, a folder for each name
  std::string name;              // the same in every run of the workflow
  const Repository& repository;
  const workflow::Settings& settings;
  bool shims = true;      // crema under the names of crema/run/shims.h ends the PATH
  bool in_place = false;  // the workspace is the user's tree itself
  bool keep = false;      // go on in the workspace of an earlier attempt, if it is still there
};

// As the job's processes see them.
struct Folders {
  std::filesystem::path workspace, temp, home, tool_cache;
};

// Something about the place that a user should know: a code and a sentence.
struct PlaceRemark {
  std::string code;
  std::string message;
};

using PlaceLog = std::function<void(std::string_view line)>;

class Place {
 public:
  virtual ~Place() = default;  // closes the place

  virtual const Folders& folders() const = 0;
  // Whether the workspace of an earlier attempt, which the request asked to keep, is there.
  virtual bool kept() const { return false; }
  // What every process of the job gets before anything a workflow says.
  virtual const sys::Environment& environment() const = 0;
  virtual std::string_view os() const = 0;    // RUNNER_OS: "Linux"
  virtual std::string_view arch() const = 0;  // RUNNER_ARCH: "X64"
  virtual std::vector<PlaceRemark> remarks() const = 0;

  // Fills the workspace with the user's working tree, once; says what it did.
  virtual Result<> prepare_workspace(const PlaceLog& log) = 0;

  // Starts the job's services and waits until they are healthy; gives `job.services`.
  virtual Result<expr::Value> start_services(const std::vector<workflow::ServiceSpec>& services,
                                             const PlaceLog& log, std::stop_token stop) = 0;
  // What the services said: id and last lines, for a job that failed.
  virtual std::vector<std::pair<std::string, std::string>> service_logs() const { return {}; }

  virtual Result<sys::Exit> run(const sys::Command& command, const sys::RunLimits& limits,
                                const sys::OutputSink& output) = 0;
  // The first executable of that name on `path` (as PATH is written).
  virtual std::optional<std::filesystem::path> find_program(std::string_view name,
                                                            std::string_view path) const = 0;
  virtual sys::ProcessTree* processes() = 0;  // null where there is none on this machine

  // Ends everything that is still alive and returns how many processes that were.
  virtual std::size_t close() = 0;
  // Removes the job's folder; a workspace that is the user's tree stays.
  virtual void remove() = 0;
};

class Executor {
 public:
  virtual ~Executor() = default;
  virtual Result<std::unique_ptr<Place>> open(const PlaceRequest& request) = 0;
  // Where its jobs run, in a few words: "this machine (Debian GNU/Linux 12)".
  virtual std::string machine() const = 0;
  // Why this executor cannot run a job with these settings, or "".
  virtual std::string unsupported(const workflow::Settings& settings) const = 0;
};

// Jobs run as processes of this machine.
std::unique_ptr<Executor> make_host_executor(const sys::Host& host);

}  // namespace crema::run
