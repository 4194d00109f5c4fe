#include "crema/load/schedule/options_reading.h"

#include "option_table.h"

#include "crema/base/strings.h"
#include "crema/formats/json.h"

#include <fmt/format.h>

#include <algorithm>

namespace crema::load {
namespace {

const OptionRow* row_of_key(std::string_view key, OptionSource source) {
  for (const OptionRow& row : option_table()) {
    if (!equals_ignore_case(row.key, key)) continue;
    const bool known = row.place == OptionPlace::anywhere ||
                       (row.place == OptionPlace::not_in_scripts && source != OptionSource::script);
    return known ? &row : nullptr;
  }
  return nullptr;
}

const OptionRow* row_of_flag(std::string_view name) {
  for (const OptionRow& row : option_table()) {
    if (!name.empty() && row.flag.name == name) return &row;
  }
  return nullptr;
}

bool says_what_runs(const Options& options) {
  return options.duration.written() || options.iterations.written() || options.stages.written() ||
         options.scenarios.written();
}

// Which of the sources of `options` said what runs.
OptionSource source_of_run(const Options& options) {
  for (const auto& [written, source] :
       {std::pair(options.duration.written(), options.duration.source),
        std::pair(options.iterations.written(), options.iterations.source),
        std::pair(options.stages.written(), options.stages.source)}) {
    if (written) return source;
  }
  return options.scenarios.source;
}

}  // namespace

OptionsReading read_options(const SourcePtr& json, OptionSource source) {
  OptionsReading reading;
  const auto document = formats::parse_json(json);
  if (!document) {
    Diagnostic problem = document.error();
    problem.exit_code = kInvalidOptions;
    reading.problems.push_back(std::move(problem));
    return reading;
  }
  const JsonInput root(*document, json, reading.problems);
  if (document->is_null()) return reading;
  if (!document->is_object()) {
    root.wrong("an object");
    return reading;
  }
  for (const auto& [key, value] : document->items()) {
    const JsonInput member = root.member(key, value);
    const OptionRow* row = row_of_key(key, source);
    if (row == nullptr) {
      member.warning("load/unknown-option", fmt::format("`{}` is no option", key));
    } else if (!value.is_null()) {
      row->read_json(member, source, reading.options);
    }
  }
  return reading;
}

OptionsReading read_environment_options(const std::map<std::string, std::string>& environment) {
  OptionsReading reading;
  for (const OptionRow& row : option_table()) {
    const auto variable = environment.find(std::string(row.environment));
    if (row.environment.empty() || variable == environment.end() || variable->second.empty()) {
      continue;
    }
    if (row.read_text == nullptr) {
      add_problem(reading.problems,
                  make_warning("load/option", fmt::format("`{}` has no effect: set `{}` in the "
                                                          "script or in a config file",
                                                          row.environment, row.key)));
      continue;
    }
    const TextInput input(variable->first, {variable->second}, false, reading.problems);
    row.read_text(input, OptionSource::environment, reading.options);
  }
  return reading;
}

std::span<const OptionFlag> option_flags() {
  static const std::vector<OptionFlag> flags = [] {
    std::vector<OptionFlag> all;
    for (const OptionRow& row : option_table()) {
      if (!row.flag.name.empty()) all.push_back(row.flag);
    }
    return all;
  }();
  return flags;
}

OptionsReading read_flag_options(std::span<const std::pair<std::string, std::string>> flags) {
  OptionsReading reading;
  std::map<std::string, std::vector<std::string>> values;
  for (const auto& [name, value] : flags) values[name].push_back(value);
  for (const auto& [name, given] : values) {
    const OptionRow* row = row_of_flag(name);
    if (row == nullptr) {
      add_problem(reading.problems,
                  option_error("load/option", fmt::format("`--{}` is no flag of options", name)));
      continue;
    }
    const TextInput input("--" + name, given, true, reading.problems);
    row->read_text(input, OptionSource::command_line, reading.options);
  }
  return reading;
}

void override_options(Options& lower, const Options& higher, Problems& problems) {
  if (says_what_runs(higher)) {
    if (lower.scenarios.written()) {
      add_problem(problems, make_warning("load/option-override",
                                         fmt::format("the {} replaces the scenarios of the {}",
                                                     option_source_name(source_of_run(higher)),
                                                     option_source_name(lower.scenarios.source))));
    }
    lower.duration.reset();
    lower.iterations.reset();
    lower.stages.reset();
    lower.scenarios.reset();
  }
  for (const OptionRow& row : option_table()) row.override_with(lower, higher);
}

OptionsReading consolidate_options(std::span<const OptionsReading> readings) {
  OptionsReading all{.options = default_options(), .problems = {}};
  for (const OptionsReading& reading : readings) {
    for (const Diagnostic& problem : reading.problems) add_problem(all.problems, problem);
    override_options(all.options, reading.options, all.problems);
  }
  return all;
}

}  // namespace crema::load
