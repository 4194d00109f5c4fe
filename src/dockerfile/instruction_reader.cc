#include "instruction_reader.h"

#include "words.h"

#include "crema/base/strings.h"
#include "crema/dockerfile/variables.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace crema::dockerfile {
namespace {

constexpr std::array<std::string_view, 18> kVerbs = {
    "ADD",    "ARG",   "CMD",         "COPY",  "ENTRYPOINT", "ENV",
    "EXPOSE", "FROM",  "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD",
    "RUN",    "SHELL", "STOPSIGNAL",  "USER",  "VOLUME",     "WORKDIR"};

bool has_flags(Verb verb) {
  return verb == Verb::add || verb == Verb::copy || verb == Verb::from ||
         verb == Verb::healthcheck || verb == Verb::run;
}

class Reader {
 public:
  Reader(Instruction& instruction, std::vector<InstructionProblem>& problems, char escape)
      : it_(instruction), problems_(problems), text_(it_.text.text()), escape_(escape) {}

  void read() {
    if (has_flags(it_.verb)) it_.flags = flags_of(text_, it_.rest, escape_);
    const auto rest = rest_of(text_, it_.rest);
    it_.rest = rest.begin;
    if (rest.text.empty()) {
      problem("arguments", fmt::format("{} has no arguments", to_text(it_.verb)));
      return;
    }
    switch (it_.verb) {
      case Verb::from:
        read_from();
        break;
      case Verb::run:
      case Verb::cmd:
      case Verb::entrypoint:
        exec_or(it_.rest, {rest});
        break;
      case Verb::shell:
        read_shell(rest);
        break;
      case Verb::add:
      case Verb::copy:
        read_copy();
        break;
      case Verb::volume:
        exec_or(it_.rest, words_of(text_, it_.rest, escape_));
        break;
      case Verb::expose:
        it_.words = words_of(text_, it_.rest, escape_);
        break;
      case Verb::healthcheck:
        read_healthcheck();
        break;
      case Verb::env:
      case Verb::label:
        read_settings();
        break;
      case Verb::arg:
        read_arg();
        break;
      case Verb::onbuild:
        break;
      case Verb::maintainer:
      case Verb::stopsignal:
      case Verb::user:
      case Verb::workdir:
        it_.words = {rest};
        break;
    }
  }

 private:
  Instruction& it_;
  std::vector<InstructionProblem>& problems_;
  const std::string& text_;
  char escape_;

  void problem(std::string code, std::string message, std::string hint = {}) {
    problems_.push_back({.code = "dockerfile/" + std::move(code),
                         .message = std::move(message),
                         .hint = std::move(hint),
                         .begin = 0,
                         .end = text_.size()});
  }

  void exec_or(std::size_t from, std::vector<Word> words) {
    auto exec = exec_form_of(text_, from);
    it_.exec = exec.has_value();
    it_.words = exec ? std::move(*exec) : std::move(words);
  }

  void read_from() {
    it_.words = words_of(text_, it_.rest, escape_);
    const auto count = it_.words.size();
    if (count == 1 || (count == 3 && equals_ignore_case(it_.words[1].text, "as"))) return;
    problem("arguments", "FROM takes an image, or an image, AS and a name",
            "write `FROM IMAGE` or `FROM IMAGE AS NAME`");
  }

  void read_copy() {
    exec_or(it_.rest, words_of(text_, it_.rest, escape_));
    if (it_.words.size() < 2)
      problem("arguments",
              fmt::format("{} takes at least a source and a destination", to_text(it_.verb)));
  }

  void read_shell(const Word& rest) {
    exec_or(it_.rest, {rest});
    if (!it_.exec)
      problem("arguments", "SHELL takes a JSON list", R"(write `SHELL ["/bin/sh", "-c"]`)");
  }

  void read_healthcheck() {
    const auto words = words_of(text_, it_.rest, escape_);
    const auto kind = to_upper(words.front().text);
    if (kind == "CMD") {
      exec_or(words.front().end, {rest_of(text_, words.front().end)});
      return;
    }
    it_.words = {words.front()};
    if (kind != "NONE" || words.size() != 1)
      problem("arguments", "HEALTHCHECK takes NONE, or CMD and a command");
  }

  void read_settings() {
    it_.settings = settings_of(text_, it_.rest, escape_);
    for (const auto& [key, value] : it_.settings)
      if (!value || key.text.empty())
        problem("arguments",
                fmt::format("`{}` in {} is no NAME=value", key.text, to_text(it_.verb)));
  }

  void read_arg() {
    for (const auto& word : words_of(text_, it_.rest, escape_)) {
      const auto equals = std::min(word.text.find('='), word.text.size());
      Setting setting{.key = {.text = word.text.substr(0, equals),
                              .begin = word.begin,
                              .end = word.begin + equals}};
      if (equals < word.text.size())
        setting.value = Word{.text = word.text.substr(equals + 1),
                             .begin = word.begin + equals + 1,
                             .end = word.end};
      it_.settings.push_back(std::move(setting));
    }
  }
};

// `<<NAME`, `3<<-"NAME"`.
std::optional<DocumentRequest> document_of(const Word& word, char escape) {
  std::string_view text = word.text;
  text.remove_prefix(std::min(text.find_first_not_of("0123456789"), text.size()));
  if (!text.starts_with("<<")) return std::nullopt;
  text.remove_prefix(2);
  DocumentRequest request{.begin = word.begin, .end = word.end};
  request.strips_tabs = text.starts_with('-');
  if (request.strips_tabs) text.remove_prefix(1);
  request.name = unquoted(text, escape);
  request.expands = request.name == text;
  if (request.name.empty() || request.name.find('<') != std::string::npos) return std::nullopt;
  return request;
}

}  // namespace

std::string_view to_text(Verb verb) { return kVerbs[static_cast<std::size_t>(verb)]; }

std::optional<Verb> verb_of(std::string_view keyword) {
  const auto found = std::ranges::find_if(
      kVerbs, [&](std::string_view verb) { return equals_ignore_case(verb, keyword); });
  if (found == kVerbs.end()) return std::nullopt;
  return static_cast<Verb>(found - kVerbs.begin());
}

ReadInstruction read_instruction(const LogicalLine& line, char escape) {
  ReadInstruction read;
  const auto& text = line.text.text();
  const auto end = std::min(text.find_first_of(" \t\r\v\f"), text.size());
  const auto keyword = text.substr(0, end);
  const auto verb = verb_of(keyword);
  if (!verb) {
    read.problems.push_back(
        {.code = "dockerfile/unknown-instruction",
         .message = fmt::format("`{}` is no instruction", keyword.substr(0, 80)),
         .end = end});
    return read;
  }
  Instruction instruction{
      .verb = *verb, .text = line.text, .rest = end, .line = line.first, .last_line = line.last};
  Reader(instruction, read.problems, escape).read();
  read.instruction = std::move(instruction);
  return read;
}

std::vector<DocumentRequest> documents_of(const Instruction& instruction, char escape) {
  const auto verb = instruction.verb;
  std::vector<DocumentRequest> requests;
  if (instruction.exec || (verb != Verb::run && verb != Verb::add && verb != Verb::copy))
    return requests;
  for (const auto& word : words_of(instruction.text.text(), instruction.rest, escape))
    if (auto request = document_of(word, escape)) requests.push_back(std::move(*request));
  return requests;
}

}  // namespace crema::dockerfile
