#include "shell_commands.h"

#include "crema/base/strings.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

namespace crema::scan {
namespace {

constexpr std::size_t kMostCommands = 5000;
constexpr int kDeepest = 4;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }
bool ends_word(char c) {
  return is_blank(c) || c == '\n' || c == ';' || c == '|' || c == '&' || c == '<' || c == '>' ||
         c == '(' || c == ')';
}

bool is_assignment(std::string_view word) {
  const auto equals = word.find('=');
  if (equals == 0 || equals == std::string_view::npos) return false;
  return std::ranges::all_of(word.substr(0, equals), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '+';
  });
}

constexpr std::array<std::string_view, 14> kKeywords = {"if",    "then",  "else", "elif", "fi",
                                                        "while", "until", "do",   "done", "!",
                                                        "{",     "}",     "time", "esac"};
bool tests_what_follows(std::string_view keyword) {
  return keyword == "if" || keyword == "elif" || keyword == "while" || keyword == "until" ||
         keyword == "!";
}

// What does nothing but succeed.
bool only_succeeds(const ShellCommand& command) {
  if (command.words.empty()) return false;
  const auto& name = command.words[0].text;
  if (name == "true" || name == ":" || name == "echo" || name == "printf") return true;
  return name == "exit" && command.words.size() > 1 && command.words[1].text == "0";
}

class Splitter {
 public:
  Splitter(std::string_view text, std::uint32_t line, int depth, std::vector<ShellCommand>& out)
      : text_(text), line_(line), depth_(depth), out_(out) {}

  void run() {
    begin_command();
    while (at_ < text_.size() && out_.size() < kMostCommands) step();
    end_command();
    end_pipeline(false);
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  std::uint32_t line_;
  int depth_;
  std::vector<ShellCommand>& out_;
  ShellCommand command_;
  bool takes_pipe_ = false;
  bool tested_ = false;
  std::vector<std::size_t> members_;    // of the pipeline that is being read
  std::vector<std::size_t> before_or_;  // of the one before ||
  std::vector<std::string> heredocs_;   // their ends, in order
  std::optional<bool> redirect_;        // true: the next word is where it writes

  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  void begin_command() { command_ = {}; }

  void end_command() {
    redirect_.reset();
    if (!command_.words.empty()) {
      command_.takes_pipe = takes_pipe_;
      command_.is_condition = tested_;
      command_.substituted = depth_ > 0;
      members_.push_back(out_.size());
      out_.push_back(std::move(command_));
    }
    takes_pipe_ = false;
    begin_command();
  }

  void end_pipeline(bool is_or) {
    if (!members_.empty())
      for (const auto member : members_) out_[member].pipeline = members_.front();
    if (!before_or_.empty() && !members_.empty() && only_succeeds(out_[members_[0]]))
      for (const auto member : before_or_) out_[member].failure_ignored = true;
    before_or_.clear();
    if (is_or) before_or_ = members_;
    members_.clear();
    tested_ = false;
  }

  void step() {
    const char c = peek();
    if (c == '\n') return new_line();
    if (is_blank(c)) {
      ++at_;
    } else if (c == '\\' && peek(1) == '\n') {
      at_ += 2;
      ++line_;
    } else if (c == '#') {
      while (at_ < text_.size() && peek() != '\n') ++at_;
    } else if (c == '|' || c == '&' || c == ';') {
      separator();
    } else if (c == '(' || c == ')') {
      ++at_;
      end_command();
      if (c == ')') end_pipeline(false);
    } else if (c == '<' || c == '>') {
      redirection();
    } else {
      word();
    }
  }

  void new_line() {
    ++at_;
    ++line_;
    end_command();
    end_pipeline(false);
    for (const auto& end : heredocs_) skip_heredoc(end);
    heredocs_.clear();
  }

  void separator() {
    const char c = peek();
    const bool twice = peek(1) == c;
    if (c == '&' && peek(1) == '>') {
      ++at_;
      return redirection();
    }
    at_ += twice || (c == '|' && peek(1) == '&') ? 2 : 1;
    if (c == '|' && !twice) {
      command_.feeds_pipe = true;
      end_command();
      takes_pipe_ = true;
    } else {
      end_command();
      end_pipeline(c == '|');
    }
    skip_blanks_and_breaks(c != ';');
  }

  // A pipeline may go on behind its operator on the next line.
  void skip_blanks_and_breaks(bool breaks) {
    while (is_blank(peek()) || (breaks && peek() == '\n') ||
           (breaks && peek() == '\\' && peek(1) == '\n')) {
      if (peek() == '\n') ++line_;
      if (peek() == '\\') ++line_, ++at_;
      ++at_;
    }
  }

  void redirection() {
    const bool writes = peek() == '>';
    if (!writes && peek(1) == '<') {
      const bool here_string = peek(2) == '<';
      at_ += here_string ? 3 : 2;
      if (!here_string) return heredoc();
      redirect_ = false;
      return;
    }
    if (!command_.words.empty() && at_ > 0 && command_.words.back().text.size() == 1 &&
        command_.words.back().text[0] >= '0' && command_.words.back().text[0] <= '9' &&
        text_[at_ - 1] == command_.words.back().text[0])
      command_.words.pop_back();  // the number of what is redirected
    ++at_;
    if (peek() == '>' || peek() == '|') ++at_;
    if (peek() == '&') {
      ++at_;
      while (!ends_word(peek()) && at_ < text_.size()) ++at_;
      return;
    }
    redirect_ = writes;
  }

  void heredoc() {
    if (peek() == '-') ++at_;
    while (is_blank(peek())) ++at_;
    std::string end;
    while (at_ < text_.size() && !ends_word(peek())) {
      if (peek() != '\'' && peek() != '"' && peek() != '\\') end += peek();
      ++at_;
    }
    if (!end.empty()) heredocs_.push_back(std::move(end));
  }

  void skip_heredoc(const std::string& end) {
    while (at_ < text_.size()) {
      const auto line_end = std::min(text_.find('\n', at_), text_.size());
      const auto line = trim(text_.substr(at_, line_end - at_));
      at_ = std::min(line_end + 1, text_.size());
      ++line_;
      if (line == end) return;
    }
  }

  void word() {
    const auto begin = at_;
    ShellWord word;
    while (at_ < text_.size() && !ends_word(peek())) part(word);
    if (redirect_) {
      if (*redirect_) command_.redirected_to.push_back(std::move(word.text));
      redirect_.reset();
      return;
    }
    if (command_.words.empty()) {
      if (std::ranges::find(kKeywords, word.text) != kKeywords.end()) {
        tested_ = tested_ || tests_what_follows(word.text);
        if (word.text == "then" || word.text == "do" || word.text == "else") tested_ = false;
        return;
      }
      if (is_assignment(word.text)) return;
      command_.line = line_;
      command_.text = trim(text_.substr(begin, text_.find('\n', begin) - begin));
    }
    command_.words.push_back(std::move(word));
  }

  void part(ShellWord& word) {
    const char c = peek();
    if (c == '\'') {
      quoted(word);
    } else if (c == '"') {
      double_quoted(word);
    } else if (c == '\\') {
      if (peek(1) == '\n')
        ++line_;
      else if (at_ + 1 < text_.size())
        word.text += peek(1);
      at_ = std::min(at_ + 2, text_.size());
    } else if (c == '$' && peek(1) == '{' && peek(2) == '{') {
      template_expression(word);
    } else if (c == '$' || c == '`') {
      expansion(word);
    } else {
      word.text += c;
      ++at_;
    }
  }

  void quoted(ShellWord& word) {
    const auto end = std::min(text_.find('\'', at_ + 1), text_.size());
    for (++at_; at_ < end; ++at_) {
      if (peek() == '\n') ++line_;
      word.text += peek();
    }
    at_ = std::min(end + 1, text_.size());
  }

  void double_quoted(ShellWord& word) {
    for (++at_; at_ < text_.size() && peek() != '"';) {
      if (peek() == '\\' && at_ + 1 < text_.size()) {
        word.text += peek(1);
        if (peek(1) == '\n') ++line_;
        at_ += 2;
      } else if (peek() == '$' && peek(1) == '{' && peek(2) == '{') {
        template_expression(word);
      } else if (peek() == '$' || peek() == '`') {
        expansion(word);
      } else {
        if (peek() == '\n') ++line_;
        word.text += peek();
        ++at_;
      }
    }
    ++at_;
    at_ = std::min(at_, text_.size());
  }

  // `${{ a b }}` is one piece, whatever blanks and quotes are in it.
  void template_expression(ShellWord& word) {
    const auto end = std::min(text_.find("}}", at_), text_.size());
    word.literal = false;
    for (; at_ < std::min(end + 2, text_.size()); ++at_) {
      if (peek() == '\n') ++line_;
      word.text += peek();
    }
  }

  void expansion(ShellWord& word) {
    word.literal = false;
    const auto begin = at_;
    const auto begin_line = line_;
    std::size_t inside = 0, inside_end = 0;
    if (peek() == '`') {
      inside = at_ + 1;
      inside_end = std::min(text_.find('`', inside), text_.size());
      at_ = std::min(inside_end + 1, text_.size());
    } else if (peek(1) == '(' || peek(1) == '{') {
      const char open = peek(1);
      const char close = open == '(' ? ')' : '}';
      int depth = 0;
      inside = at_ + 2;
      for (++at_; at_ < text_.size(); ++at_) {
        if (peek() == open) ++depth;
        if (peek() == close && --depth == 0) break;
      }
      inside_end = std::min(at_, text_.size());
      at_ = std::min(at_ + 1, text_.size());
      if (open == '{' || text_.substr(inside, 1) == "(") inside = inside_end;  // no command
    } else {
      ++at_;
      while (at_ < text_.size() &&
             (std::isalnum(static_cast<unsigned char>(peek())) != 0 || peek() == '_'))
        ++at_;
    }
    const auto whole = text_.substr(begin, at_ - begin);
    line_ += static_cast<std::uint32_t>(std::ranges::count(whole, '\n'));
    word.text += whole;
    if (inside < inside_end && depth_ < kDeepest)
      Splitter(text_.substr(inside, inside_end - inside), begin_line, depth_ + 1, out_).run();
  }
};

// Programs that run another one, which is the one that counts.
bool only_runs(std::string_view name) {
  constexpr std::array<std::string_view, 11> kNames = {
      "sudo", "env", "command", "exec", "nice", "nohup", "time", "npx", "bunx", "pnpx", "xvfb-run"};
  return std::ranges::find(kNames, name) != kNames.end();
}

std::string_view base_name(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

}  // namespace

std::size_t ShellCommand::name_at() const {
  std::size_t at = 0;
  while (at + 1 < words.size() && only_runs(base_name(words[at].text))) {
    std::size_t next = at + 1;
    while (next + 1 < words.size() &&
           (words[next].text.starts_with("-") || is_assignment(words[next].text)))
      ++next;
    at = next;
  }
  return at;
}

std::string_view ShellCommand::name() const {
  return words.empty() ? std::string_view() : base_name(words[name_at()].text);
}

std::vector<std::string_view> ShellCommand::arguments() const {
  std::vector<std::string_view> out;
  for (auto at = name_at() + 1; at < words.size(); ++at) out.push_back(words[at].text);
  return out;
}

bool ShellCommand::has_argument(std::string_view word) const {
  return std::ranges::any_of(arguments(), [&](std::string_view one) { return one == word; });
}

std::string_view ShellCommand::value_of(std::string_view flag) const {
  const auto all = arguments();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i] == flag) return i + 1 < all.size() ? all[i + 1] : std::string_view();
    if (all[i].starts_with(flag) && all[i].size() > flag.size() && all[i][flag.size()] == '=')
      return all[i].substr(flag.size() + 1);
  }
  return {};
}

std::vector<ShellCommand> shell_commands(std::string_view script) {
  std::vector<ShellCommand> out;
  Splitter(script, 0, 0, out).run();
  return out;
}

bool sets_pipefail(const std::vector<ShellCommand>& commands) {
  return std::ranges::any_of(commands, [](const ShellCommand& command) {
    return command.name() == "set" && command.has_argument("pipefail");
  });
}

}  // namespace crema::scan
