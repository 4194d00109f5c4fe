// What all jobs of a run share: what was asked, the services, the contexts that never change, the
// masks, and what has been remarked already.
#pragma once

#include "masking.h"

#include "crema/base/sync.h"
#include "crema/expr/value.h"
#include "crema/run/executor.h"
#include "crema/run/run.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace crema::run {

struct NodeProgram {
  std::filesystem::path path;
  int major = 0;
};

class RunFacts {
 public:
  RunFacts(const RunRequest& request, RunServices& services, Executor& executor);

  const RunRequest& request;
  RunServices& services;
  Executor& executor;
  expr::Value github;     // of the run; a job adds its own members
  expr::Value variables;  // vars
  expr::Value secrets;
  Masker masker;                // knows all secrets, and what steps add to them
  std::function<void()> abort;  // cancels the whole run

  evidence::Time now() const { return services.host.clock->wall(); }
  template <class Body>
  void tell(Body body) {
    services.listener.on_event(evidence::Event{now(), std::move(body)});
  }
  // Says it the first time that `key` comes up in the run.
  void remark_once(const std::string& key, std::int64_t job, std::string_view code,
                   std::string message);
  // The first Node.js on that PATH and its version.
  std::optional<NodeProgram> node(const std::string& path);

 private:
  Sync<std::set<std::string>> said_;
  Sync<std::map<std::string, std::optional<NodeProgram>>> nodes_;
};

}  // namespace crema::run
