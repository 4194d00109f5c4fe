// `on:` in its three forms: one event, a list, a mapping with filters and inputs.
#include "convert.h"
#include "events.h"
#include "scalar.h"

#include "crema/workflow/trigger.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace crema::workflow {
namespace {

std::vector<std::string> texts_of(const Token& token) {
  if (token.kind == Token::Kind::string) return {token.text};
  std::vector<std::string> texts;
  for (const Token& item : token.items) texts.push_back(as_string(item).text);
  return texts;
}

Diagnostic trigger_error(std::string code, std::string message, const Span& span,
                         std::string hint) {
  auto error = make_error(std::move(code), std::move(message), span);
  error.hint = std::move(hint);
  return error;
}

class TriggerConverter {
 public:
  TriggerConverter(Workflow& workflow, Problems& problems)
      : workflow_(workflow), problems_(problems) {}

  void convert(const Token& on) {
    if (on.kind == Token::Kind::string) add(on, {});
    for (const Token& event : on.items) add(event, {});
    for (const auto& [event, settings] : on.entries) {
      if (event.is_literal()) add(event, settings);
    }
  }

 private:
  void add(const Token& event, const Token& settings) {
    Trigger trigger;
    trigger.event = event.text;
    trigger.span = event.span;
    trigger.raw = settings;
    if (event.text == "schedule") {
      add_schedules(settings, trigger);
    } else if (event.text == "workflow_dispatch") {
      workflow_.dispatch_inputs = inputs(part(settings, "inputs"), true);
    } else if (event.text == "workflow_call") {
      add_call(settings);
    } else if (const EventKind* kind = find_event(event.text)) {
      add_filters(settings, *kind, trigger);
    }
    workflow_.triggers.push_back(std::move(trigger));
  }

  void add_filters(const Token& settings, const EventKind& kind, Trigger& trigger) {
    trigger.types = texts_of(part(settings, "types"));
    trigger.branches = texts_of(part(settings, "branches"));
    trigger.branches_ignore = texts_of(part(settings, "branches-ignore"));
    trigger.tags = texts_of(part(settings, "tags"));
    trigger.tags_ignore = texts_of(part(settings, "tags-ignore"));
    trigger.paths = texts_of(part(settings, "paths"));
    trigger.paths_ignore = texts_of(part(settings, "paths-ignore"));
    trigger.workflows = texts_of(part(settings, "workflows"));
    for (const auto& [key, value] : settings.entries) {
      if (key.is_literal()) check_filter(key, value, kind, settings);
    }
  }

  // GitHub ignores what does not fit, so it is a warning in both modes; two filters that exclude
  // each other it refuses.
  void check_filter(const Token& key, const Token& value, const EventKind& kind,
                    const Token& settings) {
    if (key.text == "types") {
      check_types(value, kind);
      return;
    }
    if (!lists(kind.filters, key.text)) {
      std::vector<std::string> known;
      for (const auto filter : split(kind.filters, ' ')) {
        if (!filter.empty()) known.emplace_back(filter);
      }
      if (!kind.types.empty()) known.emplace_back("types");
      problems_.warn(trigger_error(
          "workflow/unknown-filter",
          fmt::format("`{}` is no filter of `{}`, GitHub ignores it", key.text, kind.name),
          key.span, known.empty() ? "remove it" : suggest(key.text, known)));
      return;
    }
    for (const std::string filter : {"branches", "tags", "paths"}) {
      if (key.text == filter + "-ignore" && settings.find(filter) != nullptr) {
        problems_.tolerate(trigger_error(
            "workflow/filter-conflict",
            fmt::format("`{0}` and `{0}-ignore` cannot stand together", filter), key.span,
            fmt::format("use `{}` alone, with `!` before what to leave out", filter)));
      }
    }
  }

  void check_types(const Token& value, const EventKind& kind) {
    if (kind.types == "*") return;
    std::vector<std::string> known;
    for (const auto type : split(kind.types, ' ')) {
      if (!type.empty()) known.emplace_back(type);
    }
    for (const Token& type :
         value.kind == Token::Kind::string ? std::vector<Token>{value} : value.items) {
      if (std::find(known.begin(), known.end(), type.text) != known.end()) continue;
      problems_.warn(trigger_error(
          "workflow/unknown-activity",
          fmt::format("`{}` is no activity type of `{}`: it never happens", type.text, kind.name),
          type.span, known.empty() ? "remove `types:`" : suggest(type.text, known)));
    }
  }

  void add_schedules(const Token& settings, Trigger& trigger) {
    for (const Token& item : settings.items) {
      const Token cron = part(item, "cron");
      if (cron.text.empty()) continue;
      Trigger::Schedule schedule{cron.text, part(item, "timezone").text, cron.span};
      // A leap year's start, so that any date that exists at all is ahead.
      const std::chrono::sys_seconds start{
          std::chrono::sys_days{std::chrono::year{2024} / std::chrono::January / 1}};
      if (auto next = next_cron(schedule.cron, "", start); !next) {
        auto error = std::move(next).error();
        error.span = cron.span;
        problems_.tolerate(std::move(error));
      }
      trigger.schedules.push_back(std::move(schedule));
    }
  }

  void add_call(const Token& settings) {
    workflow_.call_inputs = inputs(part(settings, "inputs"), false);
    for (const auto& [name, secret] : part(settings, "secrets").entries)
      workflow_.call_secrets.push_back({name.text, part(secret, "required").boolean});
    for (const auto& [name, output] : part(settings, "outputs").entries)
      workflow_.call_outputs.push_back({name.text, part(output, "value")});
  }

  std::vector<Input> inputs(const Token& definitions, bool dispatched) {
    std::vector<Input> all;
    for (const auto& [name, definition] : definitions.entries) {
      Input input;
      input.name = name.text;
      input.span = name.span;
      input.description = part(definition, "description").text;
      input.required = part(definition, "required").boolean;
      input.fallback = part(definition, "default");
      input.options = texts_of(part(definition, "options"));
      const Token type = part(definition, "type");
      if (!type.is_null()) input.type = input_type(type, dispatched);
      all.push_back(std::move(input));
    }
    return all;
  }

  InputType input_type(const Token& type, bool dispatched) {
    constexpr std::array<std::pair<std::string_view, InputType>, 5> kTypes = {
        {{"string", InputType::string},
         {"boolean", InputType::boolean},
         {"number", InputType::number},
         {"choice", InputType::choice},
         {"environment", InputType::environment}}};
    std::vector<std::string> known;
    for (const auto& [name, value] : kTypes) {
      if (name == type.text) return value;
      known.emplace_back(name);
    }
    if (dispatched) {
      problems_.warn(trigger_error("workflow/input-type",
                                   fmt::format("`{}` is no type of an input", type.text), type.span,
                                   suggest(type.text, known)));
    }
    return InputType::string;
  }

  Workflow& workflow_;
  Problems& problems_;
};

}  // namespace

void convert_triggers(const Token& on, Workflow& workflow, Problems& problems) {
  TriggerConverter(workflow, problems).convert(on);
}

}  // namespace crema::workflow
