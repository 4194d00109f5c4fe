// The graph of `needs`: every name known, no cycle, a place to start.
#include "convert.h"

#include <fmt/format.h>

#include <algorithm>

namespace crema::workflow {
namespace {

using Names = std::set<std::string, IgnoreCaseLess>;

// Jobs that can come to run at all.
Names reachable(const std::vector<Job>& jobs) {
  Names ready;
  bool grew = true;
  while (grew) {
    grew = false;
    for (const Job& job : jobs) {
      const bool runs = std::all_of(job.needs.begin(), job.needs.end(),
                                    [&](const auto& need) { return ready.contains(need); });
      if (runs) grew |= ready.insert(job.id).second;
    }
  }
  return ready;
}

void check_job(const Job& job, const Names& ready, const std::vector<std::string>& names,
               Problems& problems) {
  for (std::size_t i = 0; i < job.needs.size(); ++i) {
    const std::string& need = job.needs[i];
    if (ready.contains(need)) continue;
    const bool known = std::any_of(names.begin(), names.end(), [&](const std::string& name) {
      return equals_ignore_case(name, need);
    });
    auto error = make_error("workflow/needs", "", job.needs_spans[i]);
    if (known) {
      error.message = fmt::format("`{}` needs `{}`, which never starts: they wait for each other",
                                  job.id, need);
      error.hint = "remove one of the `needs` of the cycle";
    } else {
      error.message = fmt::format("`{}` needs `{}`, but there is no such job", job.id, need);
      error.hint = suggest(need, names);
    }
    problems.refuse(std::move(error));
  }
}

}  // namespace

void check_needs(const std::vector<Job>& jobs, const Token& jobs_token, Problems& problems) {
  const bool start =
      std::any_of(jobs.begin(), jobs.end(), [](const Job& job) { return job.needs.empty(); });
  if (!start) {
    auto error =
        make_error("workflow/needs",
                   jobs.empty() ? "there are no jobs" : "no job can start: each needs another",
                   jobs_token.span);
    error.hint = "add a job without `needs`";
    for (const Job& job : jobs) {
      for (std::size_t i = 0; i < job.needs.size(); ++i)
        error.notes.push_back(
            {fmt::format("`{}` needs `{}`", job.id, job.needs[i]), job.needs_spans[i]});
    }
    problems.refuse(std::move(error));
    return;
  }
  const Names ready = reachable(jobs);
  std::vector<std::string> names;
  for (const Job& job : jobs) names.push_back(job.id);
  for (const Job& job : jobs) {
    if (!ready.contains(job.id)) check_job(job, ready, names, problems);
  }
}

}  // namespace crema::workflow
