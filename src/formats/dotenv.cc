#include "crema/formats/dotenv.h"

#include "crema/base/strings.h"

#include <cctype>
#include <cstdint>

namespace crema::formats {
namespace {

class DotenvReader {
 public:
  explicit DotenvReader(const SourcePtr& source) : source_(source), text_(source->text()) {}

  Result<std::vector<std::pair<std::string, std::string>>> read() {
    std::vector<std::pair<std::string, std::string>> entries;
    while (at_ < text_.size()) {
      skip_blanks();
      if (at_end_of_line() || text_[at_] == '#') {
        skip_line();
        continue;
      }
      auto name = CREMA_TRY(take_name());
      skip_blanks();
      if (at_ >= text_.size() || text_[at_] != '=') {
        skip_line();  // NAME alone: the variable of whoever runs compose
        continue;
      }
      ++at_;
      skip_blanks();
      auto value = CREMA_TRY(take_value());
      entries.emplace_back(std::move(name), std::move(value));
      skip_line();
    }
    return entries;
  }

 private:
  bool at_end_of_line() const {
    return at_ >= text_.size() || text_[at_] == '\n' || text_[at_] == '\r';
  }
  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }
  void skip_line() {
    while (at_ < text_.size() && text_[at_] != '\n') ++at_;
    if (at_ < text_.size()) ++at_;
    ++line_;
  }
  Diagnostic wrong(std::string message) const {
    return make_error("dotenv/syntax", std::move(message), {source_, line_, 1, 0});
  }

  Result<std::string> take_name() {
    constexpr std::string_view kExport = "export ";
    if (text_.substr(at_).starts_with(kExport)) {
      at_ += kExport.size();
      skip_blanks();
    }
    const auto begin = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 ||
                                  text_[at_] == '_' || text_[at_] == '.' || text_[at_] == '-'))
      ++at_;
    if (at_ == begin) return fail(wrong("a line is NAME=value, or begins with #"));
    return std::string(text_.substr(begin, at_ - begin));
  }

  Result<std::string> take_value() {
    if (at_end_of_line()) return "";
    if (text_[at_] == '\'' || text_[at_] == '"') return take_quoted(text_[at_]);
    const auto begin = at_;
    while (!at_end_of_line()) {
      if (text_[at_] == '#' && (at_ == begin || text_[at_ - 1] == ' ' || text_[at_ - 1] == '\t'))
        break;
      ++at_;
    }
    return std::string(trim(text_.substr(begin, at_ - begin)));
  }

  // May go over several lines.
  Result<std::string> take_quoted(char quote) {
    const auto first_line = line_;
    std::string value;
    for (++at_; at_ < text_.size(); ++at_) {
      char c = text_[at_];
      if (c == quote) return value;
      if (c == '\n') ++line_;
      if (c == '\\' && quote == '"' && at_ + 1 < text_.size()) {
        c = text_[++at_];
        if (c == 'n')
          c = '\n';
        else if (c == 't')
          c = '\t';
        else if (c == 'r')
          c = '\r';
        else if (c != '"' && c != '\\' && c != '$')
          value += '\\';
      }
      value += c;
    }
    line_ = first_line;
    return fail(wrong("a quote is never closed"));
  }

  SourcePtr source_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::uint32_t line_ = 1;
};

}  // namespace

Result<std::vector<std::pair<std::string, std::string>>> parse_dotenv(const SourcePtr& source) {
  return DotenvReader(source).read();
}

}  // namespace crema::formats
