#include "crema/gate/stage_times.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace crema::gate {
namespace {

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

// The last `*` takes what is left over: no pattern costs more than text times pattern.
bool matches(std::string_view pattern, std::string_view text) {
  std::size_t at = 0;
  std::size_t in = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resumed = 0;
  while (in < text.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      resumed = in;
    } else if (at < pattern.size() && lower(pattern[at]) == lower(text[in])) {
      ++at;
      ++in;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      in = ++resumed;
    } else {
      return false;
    }
  }
  while (at < pattern.size() && pattern[at] == '*') ++at;
  return at == pattern.size();
}

const Stage* stage_of(std::string_view word, std::span<const Stage> stages) {
  for (const auto& stage : stages) {
    if (std::ranges::any_of(stage.jobs, [&](const auto& job) { return matches(job, word); }))
      return &stage;
  }
  return nullptr;
}

using Span = std::pair<evidence::Time, evidence::Time>;

std::chrono::nanoseconds together(std::vector<Span> spans) {
  std::ranges::sort(spans);
  std::chrono::nanoseconds took{0};
  evidence::Time until{};
  for (const auto& [begin, end] : spans) {
    const auto from = std::max(begin, until);
    if (end > from) took += end - from;
    until = std::max(until, end);
  }
  return took;
}

}  // namespace

std::vector<Stage> usual_stages() {
  return {
      {"deploy", {"*deploy*", "*release*", "*rollout*"}},
      {"scan", {"*scan*", "*security*", "*secret*", "*sast*", "*codeql*", "*vulnerab*"}},
      {"tests", {"*test*", "*unit*", "*integration*", "*e2e*", "*journey*", "*coverage*"}},
      {"build", {"*build*", "*image*", "*compile*", "*package*"}},
  };
}

std::vector<StageTime> stage_times(std::span<const JobTime> jobs, std::span<const Stage> stages) {
  std::vector<StageTime> times(stages.size());
  std::vector<std::vector<Span>> spans(stages.size());
  for (const auto& job : jobs) {
    const auto* stage = stage_of(job.id, stages);
    if (stage == nullptr) stage = stage_of(job.name, stages);
    if (stage == nullptr) continue;
    const auto index = static_cast<std::size_t>(stage - stages.data());
    spans[index].emplace_back(job.started, job.finished);
    times[index].jobs.push_back(job.name);
  }
  for (std::size_t i = 0; i < stages.size(); ++i) {
    times[i].stage = stages[i].name;
    times[i].took = together(std::move(spans[i]));
  }
  std::erase_if(times, [](const StageTime& time) { return time.jobs.empty(); });
  return times;
}

}  // namespace crema::gate
