// Actions crema does itself: the step as they see it through action.h.
#include "action_use.h"
#include "job_run.h"
#include "step_evidence.h"
#include "step_process.h"

#include "crema/base/strings.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

#include <optional>

namespace crema::run {
namespace {

namespace fs = std::filesystem;
using evidence::LineKind;

// The run's artifacts, and everybody hears of what is saved.
class ToldArtifacts : public store::Artifacts {
 public:
  ToldArtifacts(store::Artifacts& inner, JobRun& job) : inner_(inner), job_(job) {}

  Result<store::ArtifactInfo> save(const std::string& name,
                                   const std::vector<store::ArtifactFile>& files,
                                   bool overwrite) override {
    auto info = CREMA_TRY(inner_.save(name, files, overwrite));
    job_.listener().on_event({job_.facts().now(), evidence::ArtifactSaved{.job = job_.leg().index,
                                                                          .name = info.name,
                                                                          .files = info.files,
                                                                          .bytes = info.bytes}});
    return info;
  }
  Result<std::vector<store::ArtifactInfo>> list() override { return inner_.list(); }
  Result<std::vector<store::ArtifactFile>> files(const std::string& name) override {
    return inner_.files(name);
  }
  Result<> extract(const std::string& name, const fs::path& folder) override {
    return inner_.extract(name, folder);
  }

 private:
  store::Artifacts& inner_;
  JobRun& job_;
};

class FrameContext : public ActionContext {
 public:
  FrameContext(StepFrame& frame, const BuiltinAction& action, ActionInputs given)
      : frame_(frame),
        job_(frame.job),
        action_(action),
        given_(std::move(given)),
        artifacts_(frame.job.facts().services.recorder.artifacts(), frame.job) {}

  bool ended_early() const { return early_.has_value(); }
  // Whether a program it ran was stopped or ran out of time.
  std::optional<sys::Exit> early() const { return early_; }

  std::string input(std::string_view name) const override {
    if (const auto* value = find_input(given_, name)) return *value;
    for (const auto& spec : action_.inputs) {
      if (equals_ignore_case(spec.name, name)) return std::string(spec.fallback);
    }
    return "";
  }
  void set_output(std::string_view name, std::string value) override {
    frame_.set_output(name, std::move(value));
  }
  void export_variable(std::string_view name, std::string value) override {
    frame_.variables.set(name, std::move(value));
  }
  void add_path(const fs::path& folder) override { frame_.variables.add_path(folder.string()); }
  void save_state(std::string_view name, std::string value) override {
    frame_.state.insert_or_assign(std::string(name), std::move(value));
  }
  std::string state(std::string_view name) const override {
    const auto found = frame_.state.find(std::string(name));
    return found == frame_.state.end() ? "" : found->second;
  }
  void add_mask(std::string_view secret) override { job_.facts().masker.add(secret); }
  void add_problem_matcher(const fs::path& file) override {
    auto matchers = frame_.output.load_matchers(file.string());
    if (matchers) {
      job_.matchers().add(std::move(*matchers));
    } else {
      frame_.log().write(LineKind::warning, matchers.error().message);
    }
  }
  void add_summary(std::string_view markdown) override {
    job_.listener().on_event(
        {job_.facts().now(),
         evidence::SummaryWritten{.job = job_.leg().index,
                                  .step = frame_.index,
                                  .markdown = job_.facts().masker.mask(markdown)}});
  }
  Result<> add_evidence(evidence::Evidence evidence) override {
    return keep_evidence(frame_, std::move(evidence));
  }

  void log(std::string_view text) override { frame_.log().write(LineKind::output, text); }
  void annotate(evidence::AnnotationLevel level, std::string_view message) override {
    frame_.log().annotate({.level = level, .message = std::string(message)});
  }
  void annotate_at(evidence::Annotation annotation) override {
    frame_.log().annotate(std::move(annotation));
  }
  void remark(std::string_view code, std::string_view message) override {
    job_.remark(code, message);
  }

  Result<sys::Exit> execute(std::vector<std::string> argv, const fs::path& directory,
                            const sys::Environment& extra) override {
    frame_.log().write(LineKind::command, "$ " + join(argv, " "));
    return keep(run_process(frame_, command(std::move(argv), directory, extra)));
  }
  Result<Capture> capture(std::vector<std::string> argv, const fs::path& directory,
                          const sys::Environment& extra) override {
    Capture capture;
    capture.exit =
        CREMA_TRY(keep(run_process(frame_, command(std::move(argv), directory, extra),
                                   [&](std::string_view bytes) { capture.output += bytes; })));
    return capture;
  }
  std::optional<fs::path> find_program(std::string_view name) const override {
    return job_.place().find_program(name, variable("PATH"));
  }
  std::string variable(std::string_view name) const override {
    const auto environment = process_environment(frame_);
    const auto found = environment.find(std::string(name));
    return found == environment.end() ? "" : found->second;
  }

  fs::path workspace() const override { return job_.place().folders().workspace; }
  fs::path temp() const override { return job_.place().folders().temp; }
  fs::path home() const override { return job_.place().folders().home; }
  fs::path tool_cache() const override { return job_.place().folders().tool_cache; }
  fs::path repository() const override { return job_.facts().request.repository.root; }

  const expr::Value& github() const override { return frame_.scope.contexts.at("github"); }
  bool job_succeeded_so_far() const override { return job_.status() == Outcome::success; }
  std::stop_token stop() const override { return frame_.stop.get_token(); }
  const sys::Host& host() const override { return job_.facts().services.host; }
  store::Artifacts& artifacts() override { return artifacts_; }
  store::Caches& caches() override { return job_.facts().services.caches; }

 private:
  sys::Command command(std::vector<std::string> argv, const fs::path& directory,
                       const sys::Environment& extra) const {
    sys::Command command;
    command.argv = std::move(argv);
    command.environment = process_environment(frame_);
    for (const auto& [name, value] : extra) command.environment[name] = value;
    command.working_directory = directory.empty() ? workspace() : directory;
    return command;
  }
  Result<sys::Exit> keep(Result<sys::Exit> exit) {
    if (exit && (exit->why == sys::Exit::Why::stopped || exit->why == sys::Exit::Why::timed_out)) {
      early_ = *exit;
    }
    return exit;
  }

  StepFrame& frame_;
  JobRun& job_;
  const BuiltinAction& action_;
  ActionInputs given_;
  ToldArtifacts artifacts_;
  std::optional<sys::Exit> early_;
};

StepEnd call(StepFrame& frame, FrameContext& context, Result<> (*stage)(ActionContext&)) {
  const auto done = [&]() -> Result<> {
    try {
      return stage(context);
    } catch (const std::exception& exception) {
      return fail("run/internal", fmt::format("crema itself failed here: {}", exception.what()));
    }
  }();
  if (const auto early = context.early()) return end_of_process(frame, *early);
  if (frame.stop.stop_requested()) return {Outcome::cancelled, 0, "it was cancelled while it ran"};
  return done ? StepEnd{} : fail_step(frame, done.error());
}

const BuiltinAction* find(StepFrame& frame, const std::string& name) {
  const auto& catalog = frame.job.facts().request.catalog;
  return catalog ? catalog(name) : nullptr;
}

}  // namespace

StepEnd run_builtin(StepFrame& frame, const ActionUse& action, const ActionInputs& given) {
  const auto* builtin = find(frame, action.builtin);
  if (builtin == nullptr) return fail_step(frame, "there is no built-in " + action.builtin);
  // In a strict run the workspace stays empty until this very action fills it.
  const bool checkout = equals_ignore_case(builtin->name, "actions/checkout");
  const auto ready = checkout ? frame.job.place().prepare_workspace([&](std::string_view line) {
    frame.log().write(LineKind::command, line);
  })
                              : frame.job.need_workspace(frame.log());
  if (!ready) return fail_step(frame, ready.error());
  frame.log().queue(LineKind::command,
                    fmt::format("crema does {} itself ({})", builtin->name, builtin->versions));
  log_action_header(frame, action, given);
  std::vector<std::string_view> known;
  for (const auto& spec : builtin->inputs) known.push_back(spec.name);
  warn_of_unknown_inputs(frame, given, known);

  FrameContext context(frame, *builtin, given);
  const auto end = call(frame, context, builtin->main);
  if (builtin->post != nullptr && frame.posts != nullptr) {
    frame.posts->push_back(post_of(frame, action, given, std::string(builtin->post_condition)));
  }
  return end;
}

StepEnd post_builtin(StepFrame& frame, const PostStep& post) {
  const auto* builtin = find(frame, post.action.builtin);
  if (builtin == nullptr || builtin->post == nullptr) {
    return fail_step(frame, "there is no built-in " + post.action.builtin);
  }
  if (const auto ready = frame.job.need_workspace(frame.log()); !ready) {
    return fail_step(frame, ready.error());
  }
  FrameContext context(frame, *builtin, post.inputs);
  return call(frame, context, builtin->post);
}

}  // namespace crema::run
