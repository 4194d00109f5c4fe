#include "crema/dockerfile/dockerfile.h"

#include "instruction_reader.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <tuple>

namespace crema::dockerfile {
namespace {

class Parser {
 public:
  Parser(const SourcePtr& source, const DockerfileLimits& limits, Dockerfile& file)
      : source_(source), limits_(limits), file_(file), lines_(*source, file) {}

  Result<> parse() {
    while (auto line = lines_.next()) {
      if (file_.instructions.size() >= limits_.instructions)
        return fail("dockerfile/too-large",
                    fmt::format("the file has more than {} instructions", limits_.instructions),
                    Span{source_, line->first, 1});
      auto read = read_instruction(*line, file_.escape);
      for (const auto& problem : read.problems) report(line->text, problem);
      if (read.instruction) add(std::move(*read.instruction));
    }
    if (!file_.stages.empty()) file_.stages.back().last = file_.instructions.size();
    if (file_.stages.empty())
      report("dockerfile/no-stage", "no FROM says which image is built upon", {1, 1}, 0);
    return {};
  }

 private:
  const SourcePtr& source_;
  const DockerfileLimits& limits_;
  Dockerfile& file_;
  LineReader lines_;

  void report(std::string code, std::string message, Place place, std::uint32_t end_column,
              std::string hint = {}) {
    if (file_.problems.size() >= limits_.problems) return;
    auto problem = make_error(std::move(code), std::move(message),
                              Span{source_, place.line, place.column, end_column});
    problem.hint = std::move(hint);
    file_.problems.push_back(std::move(problem));
  }

  void report(const PlacedText& text, const InstructionProblem& problem) {
    const auto begin = text.place_of(problem.begin);
    const auto end = text.place_of(problem.end);
    report(problem.code, problem.message, begin, end.line == begin.line ? end.column : 0,
           problem.hint);
  }

  void add(Instruction instruction) {
    read_documents(instruction);
    if (instruction.verb == Verb::onbuild) read_trigger(instruction);
    if (instruction.verb == Verb::from) {
      begin_stage(instruction);
    } else if (file_.stages.empty() && instruction.verb != Verb::arg) {
      report("dockerfile/no-stage",
             fmt::format("{} stands before the first FROM", to_text(instruction.verb)),
             instruction.place_of(0), 0, "only ARG may");
    }
    file_.instructions.push_back(std::move(instruction));
  }

  void begin_stage(const Instruction& from) {
    const auto index = file_.instructions.size();
    if (!file_.stages.empty()) file_.stages.back().last = index;
    Stage stage{.from = index, .first = index + 1};
    if (!from.words.empty()) stage.image = from.words.front();
    if (from.words.size() == 3) stage.name = from.words[2];
    file_.stages.push_back(std::move(stage));
  }

  void read_documents(Instruction& instruction) {
    for (const auto& request : documents_of(instruction, file_.escape)) {
      auto text = lines_.read_document(request.name, request.strips_tabs);
      if (!text) {
        report("dockerfile/document",
               fmt::format("the here-document does not end with a line `{}`", request.name),
               instruction.place_of(request.begin), 0);
        return;
      }
      instruction.last_line = lines_.last_read();
      instruction.documents.push_back(
          {.name = request.name, .expands = request.expands, .text = std::move(*text)});
    }
  }

  void read_trigger(Instruction& instruction) {
    const LogicalLine line{
        .text = instruction.text.part(instruction.rest, instruction.text.text().size()),
        .first = instruction.line,
        .last = instruction.last_line};
    if (line.text.text().empty()) return;
    auto read = read_instruction(line, file_.escape);
    for (const auto& problem : read.problems) report(line.text, problem);
    if (!read.instruction) return;
    const auto verb = read.instruction->verb;
    if (verb == Verb::onbuild || verb == Verb::from || verb == Verb::maintainer)
      report("dockerfile/onbuild", fmt::format("ONBUILD cannot trigger {}", to_text(verb)),
             line.text.place_of(0), 0);
    read_documents(*read.instruction);
    instruction.last_line = std::max(instruction.last_line, read.instruction->last_line);
    instruction.trigger.push_back(std::move(*read.instruction));
  }
};

}  // namespace

const Flag* Instruction::flag(std::string_view name) const {
  const auto found = std::ranges::find(flags, name, &Flag::name);
  return found == flags.end() ? nullptr : &*found;
}

const Stage* Dockerfile::find_stage(std::string_view name, std::size_t before) const {
  before = std::min(before, stages.size());
  for (auto i = before; i-- > 0;)
    if (!stages[i].name.text.empty() && equals_ignore_case(stages[i].name.text, name))
      return &stages[i];
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || end != name.data() + name.size() || number >= before) return nullptr;
  return &stages[number];
}

Result<Dockerfile> parse_dockerfile(const SourcePtr& source, const DockerfileLimits& limits) {
  if (source->text().size() > limits.bytes)
    return fail(
        "dockerfile/too-large",
        fmt::format("the file has {} bytes, more than {}", source->text().size(), limits.bytes),
        Span{source, 1, 1});
  Dockerfile file;
  CREMA_TRY(Parser(source, limits, file).parse());
  std::ranges::sort(file.problems, {}, [](const Diagnostic& problem) {
    return std::tuple(problem.span.line, problem.span.column, std::string_view(problem.code));
  });
  return file;
}

PlacedText shell_text(const Instruction& instruction) {
  const auto& text = instruction.text;
  const auto rest = instruction.rest_text();
  if (instruction.documents.size() == 1 && rest.starts_with("<<") &&
      rest.find_first_of(" \t") == std::string_view::npos)
    return instruction.documents.front().text;
  auto from = instruction.rest;
  if (instruction.verb == Verb::healthcheck && !instruction.words.empty())
    from = instruction.words.front().begin;
  auto shell = text.part(from, text.text().size());
  for (const auto& document : instruction.documents) {
    shell.append_unplaced("\n");
    shell.append(document.text);
    shell.append_unplaced(document.name);
  }
  return shell;
}

}  // namespace crema::dockerfile
