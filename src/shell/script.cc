#include "crema/shell/script.h"

#include "lexer.h"
#include "wrapped_command.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace crema::shell {
namespace {

constexpr int kDeepest = 16;
// What is nested is read once for each level, and twice where it is both a substitution and a
// script: so many times the length of the whole is the most.
constexpr std::size_t kReadings = 16;

constexpr std::string_view kReserved[] = {"if",   "then",  "elif",  "else", "fi", "do",
                                          "done", "while", "until", "{",    "}",  "!"};

bool is_assignment(std::string_view text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) return false;
  const auto name = text.substr(0, text[equals - 1] == '+' ? equals - 1 : equals);
  return !name.empty() && !(name[0] >= '0' && name[0] <= '9') &&
         std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '[' || c == ']';
         });
}

struct Place {
  std::size_t begin = 0, end = 0;
};

struct Reading {
  Script script;
  std::size_t left = 0;  // bytes of nested scripts that may still be read
};

class Parser {
 public:
  // `fixed`: all words stand there. Else their offsets count from `base`.
  Parser(std::string_view text, std::size_t base, std::optional<Place> fixed, int depth,
         Reading& reading)
      : text_(text),
        base_(base),
        fixed_(fixed),
        depth_(depth),
        reading_(reading),
        script_(reading.script),
        lexer_(text) {}

  // A command without a shell.
  void run(std::vector<Word> words) {
    if (words.empty()) return;
    command_.name = std::move(words.front());
    command_.arguments.assign(std::make_move_iterator(words.begin() + 1),
                              std::make_move_iterator(words.end()));
    finish();
  }

  void parse() {
    for (;;) {
      auto token = lexer_.next();
      if (token.kind == TokenKind::end) break;
      if (token.kind == TokenKind::separator) {
        separator(token.word.text);
      } else if (token.kind == TokenKind::redirection) {
        redirection(token.word);
      } else {
        word(std::move(token));
      }
    }
    finish();
  }

 private:
  std::string_view text_;
  std::size_t base_;
  std::optional<Place> fixed_;
  int depth_;
  Reading& reading_;
  Script& script_;
  Lexer lexer_;
  std::string starter_;
  Command command_;
  bool from_pipe_ = false;
  int cases_ = 0;            // `case` within `case`
  bool in_pattern_ = false;  // of a case, up to its bracket
  // Here-documents whose first line is behind the next line break: of the command at this place.
  struct Awaited {
    std::size_t redirection = 0;
    bool strips_tabs = false;
  };
  std::vector<Awaited> awaited_;

  Word placed(Word word) const {
    if (fixed_) {
      word.begin = fixed_->begin;
      word.end = fixed_->end;
    } else {
      word.begin += base_;
      word.end += base_;
    }
    return word;
  }

  bool at_start() const { return command_.name.text.empty() && command_.arguments.empty(); }

  void word(Token token) {
    const std::string_view text = token.word.text;
    if (in_pattern_) {
      if (token.bare && text == "esac") {
        --cases_;
        in_pattern_ = false;
      }
      return;
    }
    if (!at_start()) {
      command_.arguments.push_back(placed(std::move(token.word)));
      return;
    }
    if (token.bare && text == "esac" && cases_ > 0) {
      --cases_;
    } else if (token.bare && std::ranges::find(kReserved, text) != std::end(kReserved)) {
      return;
    } else if (token.bare && (text == "for" || text == "select")) {
      skip_to_list();
    } else if (token.bare && text == "case") {
      while (token.kind == TokenKind::word && token.word.text != "in") token = lexer_.next();
      ++cases_;
      in_pattern_ = true;
    } else if (token.bare && text == "function") {
      lexer_.next();
    } else if (is_assignment(text)) {
      command_.assignments.push_back(placed(std::move(token.word)));
    } else {
      const bool test = token.bare && text == "[[";
      command_.name = placed(std::move(token.word));
      if (test) read_test();
    }
  }

  // The names and words of a loop.
  void skip_to_list() {
    for (auto token = lexer_.next(); token.kind != TokenKind::end; token = lexer_.next()) {
      if (token.kind == TokenKind::separator && (token.word.text == ";" || token.word.text == "\n"))
        return;
      if (token.kind == TokenKind::word && token.bare && token.word.text == "do") return;
    }
  }

  // [[ ... ]] has operators of its own.
  void read_test() {
    for (auto token = lexer_.next(); token.kind != TokenKind::end; token = lexer_.next()) {
      if (token.kind == TokenKind::word && token.word.text == "]]") return;
      if (token.kind == TokenKind::separator && token.word.text == "\n") return;
      command_.arguments.push_back(placed(std::move(token.word)));
    }
  }

  void separator(std::string_view sign) {
    if (in_pattern_) {
      if (sign == ")") in_pattern_ = false;
      return;
    }
    if (sign == "(" && !command_.name.text.empty() && command_.arguments.empty()) {
      lexer_.next();  // name(): what follows is the body
      command_ = {};
      return;
    }
    if (sign == "(" && at_start() && !command_.assignments.empty()) {
      for (auto token = lexer_.next();
           token.kind != TokenKind::end &&
           (token.kind != TokenKind::separator || token.word.text != ")");)
        token = lexer_.next();  // name=(...)
      return;
    }
    if (sign == "\n")
      for (const auto& [index, strips_tabs] : std::exchange(awaited_, {}))
        if (index < command_.redirections.size())
          command_.redirections[index].text =
              lexer_.read_document(command_.redirections[index].target.text, strips_tabs);
    const bool pipes = sign == "|" || sign == "|&";
    const auto before = script_.commands.size();
    command_.piped = pipes;
    finish();
    if (pipes) {
      script_.has_pipe = true;
      if (script_.commands.size() == before && before > 0) script_.commands.back().piped = true;
      from_pipe_ = true;
    }
    if (sign.starts_with(";;") || sign == ";&") in_pattern_ = cases_ > 0;
  }

  void redirection(const Word& sign) {
    auto target = lexer_.next();
    Redirection one{.sign = sign.text};
    if (target.kind == TokenKind::word) one.target = placed(std::move(target.word));
    const auto digits = one.sign.find_first_not_of("0123456789");
    const auto plain = std::string_view(one.sign).substr(std::min(digits, one.sign.size()));
    if (plain == "<<" || plain == "<<-")
      awaited_.push_back({command_.redirections.size(), plain == "<<-"});
    command_.redirections.push_back(std::move(one));
    if (target.kind == TokenKind::separator) separator(target.word.text);
  }

  void finish() {
    const auto inner = lexer_.take_substitutions();
    auto command = std::exchange(command_, {});
    if (!command.name.text.empty() || !command.assignments.empty()) {
      command.from_pipe = std::exchange(from_pipe_, false);
      command.started_by = starter_;
      const auto& first = command.assignments.empty() ? command.name : command.assignments.front();
      command.begin = first.begin;
      command.end = !command.arguments.empty()   ? command.arguments.back().end
                    : !command.name.text.empty() ? command.name.end
                                                 : command.assignments.back().end;
      script_.commands.push_back(command);
      if (depth_ < kDeepest) unwrap(command, depth_ + 1);
    }
    for (const auto& [begin, end] : inner)
      nested(text_.substr(begin, end - begin), base_ + begin, fixed_, depth_ + 1, starter_);
  }

  void nested(std::string_view text, std::size_t base, std::optional<Place> fixed, int depth,
              std::string starter) {
    if (depth > kDeepest || text.size() > reading_.left) return;
    reading_.left -= text.size();
    Parser parser(text, base, fixed, depth, reading_);
    parser.starter_ = std::move(starter);
    parser.parse();
  }

  void unwrap(const Command& command, int depth) {
    for (const auto& redirection : command.redirections)
      if (!redirection.text.empty() && is_shell(command))
        inner_script(redirection.text, command, redirection.target, depth);
    const auto wrapped = wrapped_by(command);
    if (!wrapped) return;
    const auto& words = command.arguments;
    if (wrapped->is_script) {
      inner_script(words[wrapped->first].text, command, words[wrapped->first], depth);
      return;
    }
    Command inner{.name = words[wrapped->first],
                  .started_by = std::string(program_of(command)),
                  .piped = command.piped,
                  .from_pipe = command.from_pipe,
                  .begin = words[wrapped->first].begin,
                  .end = command.end};
    inner.arguments.assign(words.begin() + static_cast<std::ptrdiff_t>(wrapped->first) + 1,
                           words.end());
    script_.commands.push_back(inner);
    if (depth < kDeepest) unwrap(inner, depth + 1);
  }

  // A shell without operands reads its commands from its input.
  static bool is_shell(const Command& command) {
    const auto name = program_of(command);
    return (name == "sh" || name == "bash" || name == "ash" || name == "dash" || name == "zsh") &&
           operands(command).empty();
  }

  void inner_script(std::string_view text, const Command& command, const Word& place, int depth) {
    nested(text, 0, Place{place.begin, place.end}, depth, std::string(program_of(command)));
  }
};

}  // namespace

Script parse_script(std::string_view text) {
  Reading reading{.left = kReadings * text.size()};
  Parser(text, 0, std::nullopt, 0, reading).parse();
  return std::move(reading.script);
}

Script script_of(std::vector<Word> words) {
  Reading reading;
  for (const auto& word : words) reading.left += kReadings * word.text.size();
  Parser({}, 0, std::nullopt, 0, reading).run(std::move(words));
  return std::move(reading.script);
}

}  // namespace crema::shell
