#include "step_log.h"

#include "command.h"

#include "crema/base/strings.h"
#include "crema/base/utf8.h"
#include "crema/evidence/style.h"

#include <fmt/format.h>

#include <charconv>

namespace crema::run {
namespace {

using evidence::AnnotationLevel;
using evidence::LineKind;

constexpr std::size_t kAnnotationsPerLevel = 10;
constexpr std::size_t kLongestAnnotation = 4096;
constexpr std::size_t kBatchBytes = 256 * 1024;

std::uint32_t number_property(const WorkflowCommand& command, std::string_view key) {
  const auto text = command.property(key);
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : 0;
}

LineKind line_kind(AnnotationLevel level) {
  switch (level) {
    case AnnotationLevel::notice:
      return LineKind::notice;
    case AnnotationLevel::warning:
      return LineKind::warning;
    case AnnotationLevel::error:
      return LineKind::error;
  }
  return LineKind::output;
}

constexpr std::string_view kCommands[] = {
    "set-output", "save-state", "add-mask",      "add-path",    "set-env",
    "debug",      "warning",    "error",         "notice",      "group",
    "endgroup",   "echo",       "stop-commands", "add-matcher", "remove-matcher"};

bool is_known(std::string_view name) {
  for (const auto known : kCommands) {
    if (equals_ignore_case(known, name)) return true;
  }
  return false;
}

}  // namespace

StepLog::StepLog(StepLogOptions options, const sys::Clock& clock, evidence::RunListener& listener,
                 Masker& masker, ProblemMatchers& matchers, CommandHandler& handler)
    : options_(std::move(options)),
      clock_(clock),
      listener_(listener),
      masker_(masker),
      matchers_(matchers),
      handler_(handler),
      splitter_([this](std::string_view line) { take_line(line); },
                [this](std::string_view text, std::size_t place) {
                  return masker_.safe_cut(text, place);
                }) {}

void StepLog::feed(std::string_view bytes) {
  splitter_.feed(bytes);
  flush();
}

void StepLog::finish() {
  splitter_.finish();
  flush();
}

void StepLog::write(LineKind kind, std::string_view text) {
  queue(kind, text);
  flush();
}

void StepLog::queue(LineKind kind, std::string_view text) {
  if (text.empty()) push(kind, "");
  for (const auto line : split_lines(text)) push(kind, line);
}

void StepLog::take_line(std::string_view raw) {
  if (take_command(raw)) return;
  if (!matchers_.empty()) {
    const auto plain = raw.find('\x1b') == std::string_view::npos ? std::string(raw)
                                                                  : evidence::strip_escapes(raw);
    if (const auto problem = matchers_.match(plain)) {
      if (auto annotation = to_annotation(*problem, options_.workspace)) {
        // The line itself is what the log shows; the annotation carries the place.
        const auto level = annotation->level;
        auto& count = annotations_[static_cast<std::size_t>(level)];
        if (++count <= static_cast<int>(kAnnotationsPerLevel)) {
          annotation->job = options_.job;
          annotation->step = options_.step;
          annotation->message = masker_.mask(annotation->message);
          flush();
          listener_.on_event({clock_.wall(), std::move(*annotation)});
        }
        push(line_kind(level), plain);
        return;
      }
    }
  }
  push(LineKind::output, raw);
}

bool StepLog::take_command(std::string_view raw) {
  if (raw.find("::") == std::string_view::npos && raw.find("##[") == std::string_view::npos)
    return false;
  const auto command = parse_command(raw);
  if (!command) return false;
  if (!stop_token_.empty()) {
    if (!equals_ignore_case(command->name, stop_token_)) return false;
    stop_token_.clear();
    push(LineKind::output, raw);
    return true;
  }
  if (!is_known(command->name)) return false;
  obey(*command, raw);
  return true;
}

void StepLog::obey(const WorkflowCommand& command, std::string_view raw) {
  const auto is = [&](std::string_view name) { return equals_ignore_case(command.name, name); };
  const auto echo = [&] {
    if (options_.echo) push(LineKind::output, raw);
  };
  if (is("add-mask")) {
    if (trim(command.data).empty()) {
      push(LineKind::warning, "Can't add a mask for an empty value");
      return;
    }
    masker_.add(command.data);
    if (options_.echo) push(LineKind::output, "::add-mask::***");
  } else if (is("set-output") || is("save-state")) {
    echo();
    const auto name = command.property("name");
    if (name.empty()) return command_error(fmt::format("`::{}` needs a name", command.name));
    if (is("set-output"))
      handler_.set_output(name, command.data);
    else
      handler_.save_state(name, command.data);
  } else if (is("debug")) {
    if (options_.debug) push(LineKind::debug, command.data);
  } else if (is("error")) {
    obey_annotation(command, AnnotationLevel::error);
  } else if (is("warning")) {
    obey_annotation(command, AnnotationLevel::warning);
  } else if (is("notice")) {
    obey_annotation(command, AnnotationLevel::notice);
  } else if (is("group")) {
    push(LineKind::group, command.data);
  } else if (is("endgroup")) {
    push(LineKind::end_group, "");
  } else if (is("echo")) {
    if (equals_ignore_case(trim(command.data), "on"))
      options_.echo = true;
    else if (equals_ignore_case(trim(command.data), "off"))
      options_.echo = false;
    else
      command_error("`::echo::` wants on or off");
  } else if (is("stop-commands")) {
    if (command.data.empty() || is_known(command.data) ||
        equals_ignore_case(command.data, "pause-logging")) {
      return command_error(
          "`::stop-commands::` needs a token that is no command: use a random one");
    }
    stop_token_ = command.data;
    if (stop_token_.size() > 6) masker_.add(stop_token_);
    push(LineKind::output, raw);
  } else if (is("add-matcher")) {
    echo();
    auto loaded = handler_.load_matchers(command.data);
    if (!loaded) return command_error(loaded.error().message);
    matchers_.add(std::move(*loaded));
  } else if (is("remove-matcher")) {
    echo();
    if (const auto owner = command.property("owner"); !owner.empty()) {
      matchers_.remove(owner);
      return;
    }
    auto loaded = handler_.load_matchers(command.data);
    if (!loaded) return command_error(loaded.error().message);
    for (const auto& matcher : *loaded) matchers_.remove(matcher.owner());
  } else {
    obey_unsecure(command, command.name);
  }
}

void StepLog::obey_unsecure(const WorkflowCommand& command, std::string_view name) {
  if (!handler_.unsecure_commands_allowed()) {
    return command_error(
        fmt::format("`::{}` is disabled: write to $GITHUB_ENV or $GITHUB_PATH instead, or set "
                    "ACTIONS_ALLOW_UNSECURE_COMMANDS",
                    name));
  }
  if (equals_ignore_case(name, "add-path")) return handler_.add_path(command.data);
  const auto variable = command.property("name");
  if (variable.empty()) return command_error("`::set-env` needs a name");
  if (equals_ignore_case(variable, "NODE_OPTIONS")) {
    push(LineKind::error, "NODE_OPTIONS cannot be set by `::set-env`");
    return;
  }
  handler_.set_variable(variable, command.data);
}

void StepLog::obey_annotation(const WorkflowCommand& command, AnnotationLevel level) {
  evidence::Annotation annotation;
  annotation.level = level;
  annotation.message = command.data;
  annotation.title = command.property("title");
  annotation.file = command.property("file");
  annotation.line = number_property(command, "line");
  annotation.end_line = number_property(command, "endLine");
  annotation.column = number_property(command, "col");
  annotation.end_column = number_property(command, "endColumn");
  if (annotation.end_line == 0) annotation.end_line = annotation.line;
  annotate(std::move(annotation));
}

void StepLog::annotate(evidence::Annotation annotation) {
  const auto level = annotation.level;
  push(line_kind(level), annotation.message);
  flush();
  if (++annotations_[static_cast<std::size_t>(level)] > static_cast<int>(kAnnotationsPerLevel))
    return;
  annotation.job = options_.job;
  annotation.step = options_.step;
  annotation.message = masker_.mask(annotation.message);
  if (annotation.message.size() > kLongestAnnotation) annotation.message.resize(kLongestAnnotation);
  annotation.title = masker_.mask(annotation.title);
  annotation.file = masker_.mask(annotation.file);
  listener_.on_event({clock_.wall(), std::move(annotation)});
}

void StepLog::command_error(std::string_view text) {
  handler_.command_failed();
  push(LineKind::error, text);
}

void StepLog::push(LineKind kind, std::string_view text) {
  // Data of commands may hold line breaks: each becomes a line of its own.
  if (text.find('\n') != std::string_view::npos) {
    for (const auto line : split_lines(text)) push(kind, line);
    return;
  }
  const auto masked = masker_.mask(valid_utf8(text, utf8_buffer_), mask_buffer_);
  batch_text_ += masked;
  batch_ends_.push_back(batch_text_.size());
  batch_.push_back({{}, kind, {}});
  if (batch_text_.size() > kBatchBytes) flush();
}

void StepLog::flush() {
  if (batch_.empty()) return;
  const auto now = clock_.wall();
  std::size_t begin = 0;
  for (std::size_t i = 0; i < batch_.size(); ++i) {
    batch_[i].time = now;
    batch_[i].text = std::string_view(batch_text_).substr(begin, batch_ends_[i] - begin);
    begin = batch_ends_[i];
  }
  listener_.on_log(options_.job, options_.step, batch_);
  batch_.clear();
  batch_text_.clear();
  batch_ends_.clear();
}

}  // namespace crema::run
