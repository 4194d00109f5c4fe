#include "dockerfile.h"

#include "crema/base/strings.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>

namespace crema::services {
namespace {

class DockerfileReader {
 public:
  explicit DockerfileReader(SourcePtr source) : source_(std::move(source)) { find_escape(); }

  Result<Dockerfile> read() {
    while (line_ <= source_->line_count()) {
      auto instruction = CREMA_TRY(take_instruction());
      if (instruction.name.empty()) continue;
      if (instruction.name == "FROM") {
        CREMA_TRY(begin_stage(instruction));
      } else if (!file_.stages.empty()) {
        file_.stages.back().instructions.push_back(std::move(instruction));
      } else if (instruction.name == "ARG") {
        file_.arguments.push_back(std::move(instruction));
      } else {
        return fail(wrong(instruction.span, "a Dockerfile begins with FROM"));
      }
    }
    if (file_.stages.empty()) return fail(wrong({source_, 1, 1, 0}, "the Dockerfile has no FROM"));
    return std::move(file_);
  }

 private:
  static Diagnostic wrong(Span span, std::string message) {
    return make_error("dockerfile/syntax", std::move(message), std::move(span));
  }

  // `# escape=` as a directive at the top of the file.
  void find_escape() {
    for (std::uint32_t number = 1; number <= source_->line_count(); ++number) {
      const auto line = to_lower(trim(source_->line(number)));
      if (!line.starts_with('#')) return;
      const auto equals = line.find('=');
      if (equals != std::string::npos &&
          trim(std::string_view(line).substr(1, equals - 1)) == "escape")
        escape_ = line.back();
    }
  }

  // A line with those that continue it; comments between them are left out. Without a name: a line
  // that says nothing.
  Result<DockerInstruction> take_instruction() {
    DockerInstruction instruction;
    auto text = trim(source_->line(line_));
    instruction.span = {source_, line_, 1, 0};
    if (text.empty() || text.starts_with('#')) {
      ++line_;
      return instruction;
    }
    std::string whole;
    bool more = true;
    for (; more && line_ <= source_->line_count(); ++line_) {
      text = trim(source_->line(line_));
      if (!whole.empty() && (text.empty() || text.starts_with('#'))) continue;
      more = text.ends_with(escape_);
      if (more) text.remove_suffix(1);
      whole += std::string(text) + (more ? " " : "");
    }
    const auto end = std::min(whole.find_first_of(" \t"), whole.size());
    instruction.name = to_upper(whole.substr(0, end));
    std::string_view rest = trim(std::string_view(whole).substr(end));
    if (!std::ranges::all_of(instruction.name,
                             [](char c) { return std::isalpha(static_cast<unsigned char>(c)); }))
      return fail(wrong(instruction.span, fmt::format("'{}' is no instruction", instruction.name)));
    take_flags(rest, instruction);
    instruction.arguments = rest;
    CREMA_TRY(take_heredocs(instruction));
    return instruction;
  }

  static void take_flags(std::string_view& rest, DockerInstruction& instruction) {
    constexpr std::array<std::string_view, 6> kWithFlags = {"FROM", "COPY",        "ADD",
                                                            "RUN",  "HEALTHCHECK", "ONBUILD"};
    if (std::ranges::find(kWithFlags, instruction.name) == kWithFlags.end()) return;
    while (rest.starts_with("--")) {
      const auto end = std::min(rest.find_first_of(" \t"), rest.size());
      const auto flag = rest.substr(2, end - 2);
      const auto equals = flag.find('=');
      instruction.flags.emplace_back(
          flag.substr(0, equals), equals == std::string_view::npos ? "" : flag.substr(equals + 1));
      rest = trim(rest.substr(end));
    }
  }

  // `RUN <<EOF`: the lines up to EOF are the script.
  Result<> take_heredocs(DockerInstruction& instruction) {
    const auto begin = instruction.arguments.find("<<");
    if (begin == std::string::npos ||
        (instruction.name != "RUN" && instruction.name != "COPY" && instruction.name != "ADD"))
      return {};
    auto word = std::string_view(instruction.arguments).substr(begin + 2);
    if (word.starts_with('-')) word.remove_prefix(1);
    word = word.substr(0, word.find_first_of(" \t;&|)"));
    std::string end(word);
    std::erase_if(end, [](char c) { return c == '"' || c == '\''; });
    if (end.empty() || word.starts_with('<')) return {};
    std::string body;
    for (; line_ <= source_->line_count(); ++line_) {
      if (trim(source_->line(line_)) == end) {
        ++line_;
        if (instruction.name == "RUN" && begin == 0) instruction.arguments = body;
        return {};
      }
      body += std::string(trim(source_->line(line_))) + "\n";
    }
    return fail(wrong(instruction.span, fmt::format("there is no line {} that ends this", end)));
  }

  Result<> begin_stage(const DockerInstruction& instruction) {
    std::vector<std::string> words;
    for (const auto word : split(std::string_view(instruction.arguments), ' ')) {
      if (!word.empty()) words.emplace_back(word);
    }
    const bool named = words.size() == 3 && equals_ignore_case(words[1], "as");
    if (words.size() != 1 && !named)
      return fail(wrong(instruction.span, "FROM takes an image, and AS with a name"));
    file_.stages.push_back({.image = words[0], .name = named ? to_lower(words[2]) : ""});
    return {};
  }

  SourcePtr source_;
  std::uint32_t line_ = 1;
  char escape_ = '\\';
  Dockerfile file_;
};

}  // namespace

std::string_view DockerInstruction::flag(std::string_view wanted) const {
  for (const auto& [key, value] : flags) {
    if (key == wanted) return value;
  }
  return "";
}

Result<Dockerfile> parse_dockerfile(const SourcePtr& source) {
  return DockerfileReader(source).read();
}

std::vector<std::string> command_words(std::string_view arguments) {
  const auto json = nlohmann::json::parse(arguments, nullptr, false);
  std::vector<std::string> words;
  if (json.is_array()) {
    for (const auto& word : json) {
      if (!word.is_string()) return {"sh", "-c", std::string(arguments)};
      words.push_back(word.get<std::string>());
    }
    return words;
  }
  return {"sh", "-c", std::string(arguments)};
}

}  // namespace crema::services
