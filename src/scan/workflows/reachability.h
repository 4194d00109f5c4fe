// Whether a job or a step can run at all: its conditions, and those of the jobs it needs, held
// against every event that the file's own triggers let through.
#pragma once

#include "workflow_file.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

class Reachability {
 public:
  explicit Reachability(const WorkflowFile& file);

  // False where the file has no triggers of its own to go by: an action, a called workflow.
  bool knows_triggers() const { return !events_.empty(); }
  // The places of the events in which the job may run.
  const std::vector<std::size_t>& events_of(const Job& job) const;
  bool can_run(const Step& step) const;  // true where nobody knows
  // "`github.ref == 'refs/heads/x'` is false for push to main".
  std::string why_never(const Job& job) const;
  std::string why_never(const Step& step) const;

 private:
  struct Event {
    std::string name;
    std::string ref;  // "" where it may be any
    std::string shown() const;
  };
  std::vector<Event> events_;
  std::map<const Job*, std::vector<std::size_t>> of_jobs_;
  std::vector<std::size_t> none_;

  static std::vector<Event> read_events(const WorkflowFile& file);
  std::vector<std::size_t> find_events(const WorkflowFile& file, const Job& job,
                                       std::vector<const Job*>& open);
  bool may_hold(std::string_view condition, const Event& event) const;
  std::string shown(const std::vector<std::size_t>& events) const;
};

}  // namespace crema::scan
