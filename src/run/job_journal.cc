#include "job_journal.h"

#include "job_run.h"
#include "secret_text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace crema::run {
namespace {

using evidence::LineKind;
using nlohmann::json;

constexpr int kVersion = 1;

// Writes texts with their secrets hidden; remembers when one could not be.
class Writer {
 public:
  Writer(const RunRequest& request, const Masker& masker) : request_(request), masker_(masker) {}

  json text(const std::string& value) {
    auto hidden = hide_secrets(value, request_.secrets, masker_);
    lost_ = lost_ || !hidden;
    return hidden ? *hidden : json();
  }
  template <class Pairs>
  json pairs(const Pairs& values) {
    json list = json::array();
    for (const auto& [name, value] : values) list.push_back(json::array({text(name), text(value)}));
    return list;
  }
  json post(const PostStep& step) {
    return {{"reference", step.action.reference},
            {"builtin", step.action.builtin},
            {"folder", step.action.folder.string()},
            {"repository", step.action.repository},
            {"ref", step.action.ref},
            {"id", step.id},
            {"name", text(step.name)},
            {"inputs", pairs(step.inputs)},
            {"environment", pairs(step.own_environment)},
            {"state", pairs(step.state)},
            {"script", step.script},
            {"condition", step.condition},
            {"inputs_context", text(expr::to_json(step.inputs_context))},
            {"steps_context", text(expr::to_json(step.steps_context))}};
  }
  bool lost() const { return lost_; }

 private:
  const RunRequest& request_;
  const Masker& masker_;
  bool lost_ = false;
};

class Reader {
 public:
  explicit Reader(const RunRequest& request) : request_(request) {}

  Result<std::string> text(const json& value) const {
    return fill_in_secrets(value, request_.secrets);
  }
  Result<std::vector<std::pair<std::string, std::string>>> pairs(const json& list) const {
    std::vector<std::pair<std::string, std::string>> values;
    for (const auto& entry : list) {
      values.emplace_back(CREMA_TRY(text(entry.at(0))), CREMA_TRY(text(entry.at(1))));
    }
    return values;
  }
  Result<PostStep> post(const json& from) const {
    PostStep step;
    step.action.reference = from.at("reference").get<std::string>();
    step.action.builtin = from.at("builtin").get<std::string>();
    step.action.folder = from.at("folder").get<std::string>();
    step.action.repository = from.at("repository").get<std::string>();
    step.action.ref = from.at("ref").get<std::string>();
    step.id = from.at("id").get<std::string>();
    step.name = CREMA_TRY(text(from.at("name")));
    step.inputs = CREMA_TRY(pairs(from.at("inputs")));
    step.own_environment = CREMA_TRY(pairs(from.at("environment")));
    for (auto& [name, value] : CREMA_TRY(pairs(from.at("state")))) {
      step.state.emplace(name, std::move(value));
    }
    step.script = from.at("script").get<std::string>();
    step.condition = from.at("condition").get<std::string>();
    const auto inputs = CREMA_TRY(text(from.at("inputs_context")));
    const auto steps = CREMA_TRY(text(from.at("steps_context")));
    step.inputs_context = expr::from_json(inputs).value_or(expr::Value());
    step.steps_context = expr::from_json(steps).value_or(expr::Value());
    return step;
  }

 private:
  const RunRequest& request_;
};

// Text that is no UTF-8 came from a step; it is replaced rather than lost with all the rest.
std::string to_text(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

Outcome outcome_of(const json& value) { return static_cast<Outcome>(value.get<int>()); }

}  // namespace

struct JobJournal::Earlier {
  json journal;
};

JobJournal::JobJournal(JobRun& job) : job_(job) {}
JobJournal::~JobJournal() = default;

bool JobJournal::load() {
  const auto& resume = job_.facts().request.resume;
  if (!resume || !resume->journal) return false;
  // A job that had succeeded and runs again, because something it needs did, starts afresh: its
  // workspace is gone.
  const auto record = std::ranges::find(resume->jobs, job_.leg().index, &store::JobRecord::index);
  if (record == resume->jobs.end() || record->result == Outcome::success) return false;
  const auto kept = resume->journal(job_.leg().index);
  if (!kept || kept->job_text.empty()) return false;
  auto journal = json::parse(kept->job_text, nullptr, false);
  if (!journal.is_object() || journal.value("version", 0) != kVersion) return false;
  if (journal.value("lost", false)) {
    job_.remark("run/resume-from-start",
                "starts from its first step: a step of the earlier attempt made a secret of its "
                "own (::add-mask::), which is nowhere kept");
    return false;
  }
  auto& steps = journal["steps"] = json::array();
  for (const auto& step : kept->steps) {
    auto entry = json::parse(step.text, nullptr, false);
    if (!entry.is_object()) return false;
    entry["at"] = step.position;
    steps.push_back(std::move(entry));
  }
  earlier_ = std::make_unique<Earlier>(Earlier{std::move(journal)});
  fresh_ = false;
  return true;
}

void JobJournal::forget() {
  earlier_.reset();
  fresh_ = true;
  job_.remark("run/resume-from-start",
              "starts from its first step: the workspace of the earlier attempt is gone");
}

void JobJournal::restore(StepLog& log) {
  if (earlier_ == nullptr) return;
  const auto& steps = job_.leg().job().steps;
  const Reader reader(job_.facts().request);
  const auto read = [&]() -> Result<> {
    const auto& journal = earlier_->journal;
    auto variables = JobVariables();
    for (auto& [name, value] : CREMA_TRY(reader.pairs(journal.at("variables")))) {
      variables.set(name, std::move(value));
    }
    for (const auto& folder : journal.at("path")) {
      variables.add_path(CREMA_TRY(reader.text(folder)));
    }
    std::vector<PostGroup> posts;
    for (const auto& entry : journal.at("posts")) {
      PostGroup group{.name = CREMA_TRY(reader.text(entry.at("name"))),
                      .condition = entry.at("condition").get<std::string>(),
                      .steps = {}};
      for (const auto& step : entry.at("steps")) {
        group.steps.push_back(CREMA_TRY(reader.post(step)));
      }
      posts.push_back(std::move(group));
    }
    std::vector<Done> done;
    for (const auto& entry : journal.at("steps")) {
      const auto at = entry.at("at").get<std::size_t>();
      if (at >= steps.size() || steps[at].id != entry.at("id").get<std::string>()) {
        return fail("run/workflow-changed", "its steps are not the same as before");
      }
      done.push_back({&steps[at], CREMA_TRY(reader.pairs(entry.at("outputs"))),
                      outcome_of(entry.at("outcome")), outcome_of(entry.at("conclusion"))});
    }
    job_.variables_ = std::move(variables);
    job_.posts_ = std::move(posts);
    done_ = std::move(done);
    return {};
  }();
  if (!read) {
    job_.remark("run/resume-from-start", "starts from its first step: " + read.error().message);
    return;
  }
  for (const auto& step : done_) {
    job_.level_.steps.set(step.step->id, step.outputs, step.outcome, step.conclusion);
  }
  const auto passed = [&](const workflow::Step& step) {
    return std::ranges::any_of(done_, [&](const Done& done) {
      return done.step == &step &&
             (done.conclusion == Outcome::success || done.conclusion == Outcome::skipped);
    });
  };
  while (first_step_ < steps.size() && passed(steps[first_step_])) ++first_step_;
  log.write(LineKind::command,
            fmt::format("Goes on with step {} of {}", first_step_ + 1, steps.size()));
}

void JobJournal::note(const workflow::Step& step, const Outputs& outputs,
                      const StepVerdict& verdict) {
  std::erase_if(done_, [&](const Done& done) { return done.step == &step; });
  done_.push_back({&step, outputs, verdict.end.outcome, verdict.conclusion});
}

void JobJournal::save() {
  if (lost_ || done_.empty()) return;
  const auto& facts = job_.facts();
  Writer writer(facts.request, facts.masker);
  const auto* first = job_.leg().job().steps.data();
  std::vector<store::JournalStep> steps;
  for (const auto& done : done_) {
    steps.push_back({static_cast<std::size_t>(done.step - first),
                     to_text({{"id", done.step->id},
                              {"outputs", writer.pairs(done.outputs)},
                              {"outcome", static_cast<int>(done.outcome)},
                              {"conclusion", static_cast<int>(done.conclusion)}})});
  }
  json journal{{"version", kVersion}, {"variables", writer.pairs(job_.variables_.values())}};
  auto& path = journal["path"] = json::array();
  for (const auto& folder : job_.variables_.path()) path.push_back(writer.text(folder));
  auto& posts = journal["posts"] = json::array();
  for (const auto& group : job_.posts_) {
    json entry{{"name", writer.text(group.name)}, {"condition", group.condition}};
    auto& members = entry["steps"] = json::array();
    for (const auto& step : group.steps) members.push_back(writer.post(step));
    posts.push_back(std::move(entry));
  }
  if (writer.lost()) {
    lost_ = true;
    journal = {{"version", kVersion}, {"lost", true}};
  }
  if (const auto saved =
          facts.services.recorder.save_journal(job_.leg().index, to_text(journal), steps, fresh_);
      !saved) {
    job_.remark("run/journal", "cannot be resumed: " + saved.error().message);
    return;
  }
  done_.clear();
  fresh_ = false;
}

}  // namespace crema::run
