#include "crema/evidence/run_view.h"

#include "crema/evidence/style.h"

#include <algorithm>
#include <set>

namespace crema::evidence {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

}  // namespace

const StepView* JobView::current_step() const {
  const StepView* current = nullptr;
  for (const auto& [index, step] : steps) {
    if (step.started && !step.finished) current = &step;
  }
  return current;
}

const StepView* JobView::failed_step() const {
  for (const auto& [index, step] : steps) {
    if (step.finished && step.conclusion == Outcome::failure) return &step;
  }
  return nullptr;
}

JobView& RunView::job(JobIndex index) {
  if (index >= jobs.size()) jobs.resize(index + 1);
  return jobs[index];
}

StepView& RunView::step(JobIndex job_index, StepIndex index) {
  auto& step = job(job_index).steps[index];
  step.index = index;
  return step;
}

void RunView::apply(const Event& event) {
  std::visit(Overloaded{
                 [&](const RunStarted& body) {
                   run = body;
                   started = event.time;
                 },
                 [&](const JobPlanned& body) {
                   auto& view = job(body.job);
                   view.id = body.id;
                   view.name = body.name;
                   view.needs = body.needs;
                   view.expands = body.expands;
                   view.expanded_from = body.expanded_from;
                 },
                 [&](const JobStarted& body) { job(body.job).started = event.time; },
                 [&](const JobFinished& body) {
                   auto& view = job(body.job);
                   view.finished = event.time;
                   view.result = body.result;
                   view.reason = body.reason;
                 },
                 [&](const StepStarted& body) {
                   auto& view = step(body.job, body.step);
                   view.id = body.id;
                   view.name = body.name;
                   view.started = event.time;
                   view.finished.reset();
                 },
                 [&](const StepFinished& body) {
                   auto& view = step(body.job, body.step);
                   view.finished = event.time;
                   view.outcome = body.outcome;
                   view.conclusion = body.conclusion;
                   view.exit_code = body.exit_code;
                   view.reason = body.reason;
                   if (body.outcome != Outcome::failure) view.tail.clear();
                 },
                 [&](const Annotation& body) { annotations.push_back(body); },
                 [&](const SummaryWritten& body) { summaries.push_back(body); },
                 [&](const OutputsSet&) {},
                 [&](const ArtifactSaved& body) { artifacts.push_back(body); },
                 [&](const Remark& body) { remarks.push_back(body); },
                 [&](const RunFinished& body) {
                   end = body;
                   finished = event.time;
                 },
             },
             event.body);
}

void RunView::add_lines(JobIndex job_index, StepIndex index, std::span<const LogLine> lines) {
  if (tail_lines_ == 0) return;
  // Of a large batch only its end can be seen.
  if (lines.size() > 4 * tail_lines_) lines = lines.last(4 * tail_lines_);
  auto& tail = step(job_index, index).tail;
  for (const auto& line : lines) {
    if (line.kind == LineKind::command || line.kind == LineKind::end_group ||
        line.kind == LineKind::debug) {
      continue;
    }
    tail.push_back(strip_escapes(line.text.substr(0, 4096)));
    if (tail.size() > tail_lines_) tail.pop_front();
  }
}

// Legs get their numbers when they become known, but belong where their job is written.
std::vector<JobIndex> RunView::workflow_order() const {
  std::vector<std::pair<std::vector<JobIndex>, JobIndex>> keyed;
  for (JobIndex index = 0; index < jobs.size(); ++index) {
    std::vector<JobIndex> chain{index};
    for (auto from = jobs[index].expanded_from; from >= 0 && chain.size() <= jobs.size();
         from = jobs[static_cast<std::size_t>(from)].expanded_from) {
      chain.push_back(static_cast<JobIndex>(from));
    }
    std::ranges::reverse(chain);
    keyed.emplace_back(std::move(chain), index);
  }
  std::ranges::sort(keyed);
  std::vector<JobIndex> order;
  order.reserve(keyed.size());
  for (const auto& [chain, index] : keyed) order.push_back(index);
  return order;
}

std::vector<const JobView*> RunView::real_jobs() const {
  std::vector<const JobView*> real;
  for (const auto at : workflow_order()) {
    const auto& view = jobs[at];
    // A placeholder that was decided before it expanded (skipped, cancelled) stands for its legs.
    const auto index = &view - jobs.data();
    const bool has_legs = std::any_of(jobs.begin(), jobs.end(), [&](const JobView& other) {
      return other.expanded_from == index;
    });
    if (!view.expands || !has_legs) real.push_back(&view);
  }
  return real;
}

std::vector<const JobView*> RunView::critical_path() const {
  // From the job that ended last, back along the need that ended last.
  const auto legs_of = [&](JobIndex index) {
    std::vector<const JobView*> legs;
    if (index < jobs.size()) legs.push_back(&jobs[index]);
    for (const auto& other : jobs) {
      if (other.expanded_from == static_cast<std::int64_t>(index)) legs.push_back(&other);
    }
    return legs;
  };
  const auto later = [](const JobView* a, const JobView* b) {
    if (b == nullptr || !b->finished || !b->started) return a;
    return a == nullptr || *b->finished > *a->finished ? b : a;
  };
  const JobView* last = nullptr;
  for (const auto* view : real_jobs()) last = later(last, view);
  std::vector<const JobView*> path;
  std::set<const JobView*> seen;
  while (last != nullptr && seen.insert(last).second) {
    path.push_back(last);
    const auto& needs = last->expanded_from >= 0 && last->needs.empty()
                            ? jobs[static_cast<std::size_t>(last->expanded_from)].needs
                            : last->needs;
    const JobView* before = nullptr;
    for (const auto need : needs) {
      for (const auto* leg : legs_of(need)) {
        if (!leg->expands) before = later(before, leg);
      }
    }
    last = before;
  }
  std::reverse(path.begin(), path.end());
  return path;
}

}  // namespace crema::evidence
