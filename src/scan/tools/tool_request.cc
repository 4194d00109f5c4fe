#include "crema/scan/tools/tool_request.h"

#include "tool_flags.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace crema::scan {
namespace {

constexpr std::array<std::string_view, 5> kSeverities = {"note", "low", "medium", "high",
                                                         "critical"};

Diagnostic problem(std::string code, std::string message, std::string hint = {}) {
  auto error = make_error("tool/" + std::move(code), std::move(message));
  error.hint = std::move(hint);
  return error;
}

// The tools' words for crema's severities; "" for none.
std::string_view severity_called(std::string_view word) {
  const auto lower = to_lower(word);
  if (lower == "unknown" || lower == "style" || lower == "note" || lower == "ignore") return "note";
  if (lower == "info") return "low";
  if (lower == "warning") return "medium";
  if (lower == "error") return "high";
  const auto found = std::ranges::find(kSeverities, lower);
  return found == kSeverities.end() ? std::string_view() : *found;
}

// What each tool calls its frameworks, and what crema calls them; "" for what it has none of.
struct Framework {
  std::string_view theirs, ours;
};
constexpr auto kFrameworks = std::to_array<Framework>({
    {"kubernetes", "kubernetes"},
    {"helm", "kubernetes"},
    {"kustomize", "kubernetes"},
    {"dockerfile", "dockerfile"},
    {"github_actions", "github-actions"},
    {"github-actions", "github-actions"},
});

class ArgumentReader {
 public:
  ArgumentReader(std::string_view tool, std::span<const std::string> words)
      : words_(words.begin(), words.end()) {
    request_.tool = tool;
  }

  Result<ToolRequest> read() {
    const ToolCommand* command = CREMA_TRY(find_command());
    if (!command->refused.empty())
      return crema::fail(
          problem("not-supported", fmt::format("not supported: {}", command->refused)));
    for (const auto family : split(command->families, ' '))
      if (!family.empty()) request_.families.emplace_back(family);
    if (!command->framework.empty()) request_.frameworks.emplace_back(command->framework);
    request_.found_code = command->found_code;
    request_.only_used = request_.tool == "govulncheck";
    if (command->words == "git" || command->words == "protect" ||
        (command->words == "detect" && std::ranges::find(words_, "--no-git") == words_.end()))
      request_.remarks.emplace_back("the files are scanned as they are, their history is not");
    while (at_ < words_.size()) CREMA_TRY(word());
    return std::move(request_);
  }

 private:
  std::vector<std::string> words_;
  std::size_t at_ = 0;
  ToolRequest request_;

  bool begins_with(std::string_view text) const {
    std::size_t at = at_;
    for (const auto word : split(text, ' ')) {
      if (at >= words_.size() || words_[at] != word) return false;
      ++at;
    }
    return true;
  }

  // The row of the table that the first words name; what stands before them are flags.
  Result<const ToolCommand*> find_command() {
    while (at_ < words_.size() && words_[at_].starts_with("-") && words_[at_] != "-" &&
           has_commands())
      CREMA_TRY(word());
    for (const auto& command : tool_commands()) {
      if (command.tool != request_.tool) continue;
      if (!command.words.empty() && !begins_with(command.words)) continue;
      if (!command.words.empty()) at_ += split(command.words, ' ').size();
      return &command;
    }
    return crema::fail(
        problem("unknown", fmt::format("no scanner is called {} here", request_.tool)));
  }

  bool has_commands() const {
    return std::ranges::any_of(tool_commands(), [&](const ToolCommand& command) {
      return command.tool == request_.tool && !command.words.empty();
    });
  }

  Result<> word() {
    const std::string text = words_[at_++];
    if (!text.starts_with("-")) {
      // Patterns of packages stand for all of them.
      const bool packages = request_.tool == "govulncheck" && text.ends_with("...");
      if (!packages) request_.paths.push_back(text);
      return {};
    }
    if (text == "--") {
      request_.paths.insert(request_.paths.end(), words_.begin() + static_cast<std::ptrdiff_t>(at_),
                            words_.end());
      at_ = words_.size();
      return {};
    }
    if (text == "-")
      return crema::fail(
          problem("not-supported", "not supported: reading from the standard input"));
    const auto equals = text.find('=');
    const auto name = text.substr(0, equals);
    const ToolFlag* flag = find_flag(name);
    if (flag == nullptr) {
      request_.remarks.push_back(fmt::format("{} is not known here and has no effect", name));
      return {};
    }
    std::string value = equals == std::string::npos ? "" : text.substr(equals + 1);
    if (flag->takes_value && equals == std::string::npos) {
      if (at_ >= words_.size())
        return crema::fail(problem("usage", fmt::format("{} needs a value", name)));
      value = words_[at_++];
    }
    if (!flag->takes_value && equals != std::string::npos && equals_ignore_case(value, "false"))
      return {};
    return apply(*flag, name, value);
  }

  const ToolFlag* find_flag(std::string_view name) const {
    const auto flags = tool_flags(request_.tool);
    const auto found = std::ranges::find_if(flags, [&](const ToolFlag& flag) {
      return flag.name == name || (!flag.other.empty() && flag.other == name);
    });
    return found == flags.end() ? nullptr : &*found;
  }

  static void add_list(std::string_view value, std::vector<std::string>& out) {
    for (const auto one : split(value, ','))
      if (!trim(one).empty()) out.emplace_back(trim(one));
  }

  Result<> apply(const ToolFlag& flag, const std::string& name, const std::string& value) {
    switch (flag.meaning) {
      case FlagMeaning::nothing:
        return {};
      case FlagMeaning::without_effect:
        request_.remarks.push_back(fmt::format("{} has no effect here", name));
        return {};
      case FlagMeaning::not_supported:
        return crema::fail(
            problem("not-supported", fmt::format("not supported: {} {}", name, value)));
      case FlagMeaning::pass:
        request_.found_code = 0;
        return {};
      case FlagMeaning::only_fixable:
        request_.only_fixable = true;
        return {};
      case FlagMeaning::json:
        request_.format = ToolRequest::Format::json;
        return {};
      case FlagMeaning::sarif:
        request_.format = ToolRequest::Format::sarif;
        return {};
      case FlagMeaning::output:
        request_.output = value;
        return {};
      case FlagMeaning::output_folder:
        request_.output = value == "console" ? "" : value + "/results";
        return {};
      case FlagMeaning::sarif_file:
        request_.sarif_file = value;
        return {};
      case FlagMeaning::json_file:
        request_.json_file = value;
        return {};
      case FlagMeaning::config:
        request_.config = value;
        return {};
      case FlagMeaning::skipped_paths:
        add_list(value, request_.skipped_paths);
        return {};
      case FlagMeaning::path:
        add_list(value, request_.paths);
        return {};
      case FlagMeaning::only:
        add_list(value, request_.only);
        return {};
      case FlagMeaning::skipped:
        add_list(value, request_.skipped);
        return {};
      default:
        return apply_choice(flag, name, value);
    }
  }

  Result<> apply_choice(const ToolFlag& flag, const std::string& name, const std::string& value) {
    switch (flag.meaning) {
      case FlagMeaning::severities:
        return read_severities(name, value);
      case FlagMeaning::least_severity:
        return read_least_severity(name, value);
      case FlagMeaning::found_code:
        return read_code(name, value);
      case FlagMeaning::frameworks:
        return read_frameworks(value);
      case FlagMeaning::scanners:
        return read_scanners(value);
      case FlagMeaning::depth:
        request_.only_used = value == "symbol";
        return {};
      default:
        return read_format(value);
    }
  }

  Result<> read_severities(const std::string& name, const std::string& value) {
    std::vector<std::string> words;
    add_list(value, words);
    for (const auto& word : words) {
      const auto severity = severity_called(word);
      if (severity.empty())
        return crema::fail(problem("usage", fmt::format("{}: there is no severity {}", name, word),
                                   "write UNKNOWN, LOW, MEDIUM, HIGH or CRITICAL"));
      request_.severities.emplace(severity);
    }
    return {};
  }

  Result<> read_least_severity(const std::string& name, const std::string& value) {
    if (value == "none") {
      request_.found_code = 0;
      return {};
    }
    const auto least = std::ranges::find(kSeverities, severity_called(value));
    if (least == kSeverities.end())
      return crema::fail(problem("usage", fmt::format("{}: there is no severity {}", name, value)));
    request_.severities = {least, kSeverities.end()};
    return {};
  }

  Result<> read_code(const std::string& name, const std::string& value) {
    const auto [end, error] =
        std::from_chars(value.data(), value.data() + value.size(), request_.found_code);
    if (error != std::errc() || end != value.data() + value.size() || request_.found_code < 0 ||
        request_.found_code > 255)
      return crema::fail(problem("usage", fmt::format("{}: {} is no exit code", name, value)));
    return {};
  }

  Result<> read_frameworks(const std::string& value) {
    std::vector<std::string> words;
    add_list(replace_all(value, " ", ","), words);
    bool secrets = false, all = false;
    for (const auto& word : words) {
      const auto lower = to_lower(word);
      all = all || lower == "all";
      secrets = secrets || lower == "secrets";
      const auto known = std::ranges::find(kFrameworks, lower, &Framework::theirs);
      if (known != kFrameworks.end()) {
        request_.frameworks.emplace_back(known->ours);
      } else if (lower != "all" && lower != "secrets") {
        request_.remarks.push_back(fmt::format("there are no rules for {} yet", word));
      }
    }
    if (all) request_.frameworks.clear();
    request_.families.clear();
    if (all || secrets) request_.families.emplace_back("secrets");
    if (all || !request_.frameworks.empty()) request_.families.emplace_back("infra");
    if (request_.families.empty())
      return crema::fail(problem(
          "not-supported", fmt::format("not supported: there are no rules for {} yet", value),
          "frameworks are kubernetes, helm, kustomize, dockerfile, github_actions and secrets"));
    return {};
  }

  Result<> read_scanners(const std::string& value) {
    std::vector<std::string> words;
    add_list(value, words);
    request_.families.clear();
    for (const auto& word : words) {
      if (word == "vuln")
        request_.families.emplace_back("deps");
      else if (word == "misconfig" || word == "config")
        request_.families.emplace_back("infra");
      else if (word == "secret")
        request_.families.emplace_back("secrets");
      else if (word == "license")
        request_.remarks.emplace_back("licences are not looked at yet");
      else
        return crema::fail(problem("usage", fmt::format("there is no scanner {}", word),
                                   "write vuln, misconfig or secret"));
    }
    if (request_.families.empty())
      return crema::fail(
          problem("not-supported", "not supported: licences alone cannot be looked at yet"));
    return {};
  }

  // checkov takes several; the last one that goes to a file counts.
  Result<> read_format(const std::string& value) {
    using Format = ToolRequest::Format;
    for (const auto word : split(std::string_view(value), ',')) {
      const auto lower = to_lower(trim(word));
      if (lower == "sarif") {
        request_.format = Format::sarif;
      } else if (lower == "json" || lower == "gitlab_codeclimate" || lower == "codeclimate") {
        request_.format = Format::json;
      } else if (lower == "junit" || lower == "junitxml") {
        request_.format = Format::junit;
      } else if (lower == "table" || lower == "cli" || lower == "tty" || lower == "plain" ||
                 lower == "text" || lower == "vertical" || lower == "tabs") {
        continue;
      } else {
        request_.remarks.push_back(
            fmt::format("the format {} is not known here: it is text", lower));
      }
    }
    return {};
  }
};

std::string_view ending_of(ToolRequest::Format format) {
  switch (format) {
    case ToolRequest::Format::sarif:
      return "_sarif.sarif";
    case ToolRequest::Format::json:
      return "_json.json";
    case ToolRequest::Format::junit:
      return "_junitxml.xml";
    default:
      return "_cli.txt";
  }
}

}  // namespace

std::vector<std::string_view> known_tools() {
  std::vector<std::string_view> names;
  for (const auto& command : tool_commands())
    if (std::ranges::find(names, command.tool) == names.end()) names.push_back(command.tool);
  return names;
}

Result<ToolRequest> read_tool_arguments(std::string_view tool, std::span<const std::string> words) {
  auto request = CREMA_TRY(ArgumentReader(tool, words).read());
  // checkov is given a folder, or the name of a file with its ending.
  if (tool == "checkov" && request.output.ends_with("/results"))
    request.output += ending_of(request.format);
  return request;
}

int tool_exit_code(const ToolRequest& request, std::size_t found) {
  if (found == 0) return 0;
  const bool for_programs = request.format != ToolRequest::Format::text;
  if (request.tool == "govulncheck" && for_programs) return 0;
  return request.found_code;
}

}  // namespace crema::scan
