// Reads CSS selectors.
#include "html_selector.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace crema::load {
namespace {

using Kind = HtmlCondition::Kind;

constexpr int kDeepest = 16;  // selectors in :not() in :has() ...

bool blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }
bool digit(char c) { return c >= '0' && c <= '9'; }
bool name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || digit(c) || c == '-' || c == '_' ||
         c == '\\' || static_cast<unsigned char>(c) >= 0x80;
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

struct Named {
  std::string_view name;
  Kind kind;
};
constexpr std::array kPlain{Named{"empty", Kind::empty},       Named{"root", Kind::root},
                            Named{"input", Kind::input},       Named{"checked", Kind::checked},
                            Named{"disabled", Kind::disabled}, Named{"enabled", Kind::enabled},
                            Named{"link", Kind::link}};
constexpr std::array kWithSelector{Named{"not", Kind::negation}, Named{"has", Kind::has},
                                   Named{"haschild", Kind::has_child}};
constexpr std::array kWithText{Named{"contains", Kind::contains},
                               Named{"containsown", Kind::contains_own}};

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Result<HtmlSelector> all() {
    HtmlSelector selector = CREMA_TRY(alternatives(0));
    if (at_ < text_.size()) return wrong("is not expected here");
    return selector;
  }

 private:
  bool done() const { return at_ >= text_.size(); }
  char peek() const { return done() ? '\0' : text_[at_]; }
  bool take(char c) {
    if (peek() != c || done()) return false;
    ++at_;
    return true;
  }
  bool blanks() {
    const std::size_t before = at_;
    while (!done() && blank(text_[at_])) ++at_;
    return at_ > before;
  }
  Diagnostic wrong(std::string_view what) const {
    return make_error("load/selector", fmt::format("the selector \"{}\": what stands at {} {}",
                                                   text_, at_ + 1, what));
  }

  Result<HtmlSelector> alternatives(int depth) {
    if (depth > kDeepest) return wrong("is nested too deeply");
    HtmlSelector selector;
    do {
      auto sequence = CREMA_TRY(read_sequence(depth));
      selector.alternatives.push_back(std::move(sequence));
      blanks();
    } while (take(','));
    return selector;
  }

  Result<HtmlSelector::Sequence> read_sequence(int depth) {
    HtmlSelector::Sequence sequence;
    blanks();
    while (true) {
      auto element = CREMA_TRY(read_element(depth));
      sequence.elements.push_back(std::move(element));
      const bool apart = blanks();
      const char c = peek();
      if (c == '>' || c == '+' || c == '~') {
        ++at_;
        blanks();
        sequence.combinators.push_back(c);
      } else if (apart && !done() && c != ',' && c != ')') {
        sequence.combinators.push_back(' ');
      } else {
        return sequence;
      }
    }
  }

  Result<std::vector<HtmlCondition>> read_element(int depth) {
    std::vector<HtmlCondition> conditions;
    const std::size_t begin = at_;
    if (!take('*') && name_character(peek())) {
      std::string tag = CREMA_TRY(read_name());
      conditions.push_back({.kind = Kind::tag, .name = lower(std::move(tag))});
    }
    while (!done()) {
      const char c = peek();
      if (c != '.' && c != '#' && c != '[' && c != ':') break;
      ++at_;
      auto condition = CREMA_TRY(read_condition(c, depth));
      conditions.push_back(std::move(condition));
    }
    if (at_ == begin) return wrong("is no selector");
    return conditions;
  }

  Result<HtmlCondition> read_condition(char c, int depth) {
    if (c == '[') return read_attribute();
    if (c == ':') return read_pseudo(depth);
    std::string name = CREMA_TRY(read_name());
    return HtmlCondition{.kind = c == '.' ? Kind::klass : Kind::id, .name = std::move(name)};
  }

  Result<std::string> read_name() {
    std::string name;
    while (!done() && name_character(peek())) {
      if (peek() == '\\')
        read_escape(name);
      else
        name += text_[at_++];
    }
    if (name.empty()) return wrong("is no name");
    return name;
  }

  // "\6c " is the character of that number, "\." a dot.
  void read_escape(std::string& out) {
    ++at_;
    std::uint32_t code = 0;
    const char* begin = text_.data() + at_;
    const auto length = std::min<std::size_t>(6, text_.size() - at_);
    const auto [end, error] = std::from_chars(begin, begin + length, code, 16);
    if (error != std::errc()) {
      if (!done()) out += text_[at_++];
      return;
    }
    at_ += static_cast<std::size_t>(end - begin);
    if (!done() && blank(peek())) ++at_;
    if (code < 0x80) {
      out += static_cast<char>(code);
    } else if (code < 0x800) {
      out += static_cast<char>(0xc0 | code >> 6);
      out += static_cast<char>(0x80 | (code & 0x3f));
    } else {
      out += static_cast<char>(0xe0 | (code >> 12 & 0x0f));
      out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
      out += static_cast<char>(0x80 | (code & 0x3f));
    }
  }

  Result<std::string> read_value() {
    const char quote = peek();
    if (quote != '"' && quote != '\'') return read_name();
    ++at_;
    std::string value;
    while (!done() && peek() != quote) {
      if (peek() == '\\')
        read_escape(value);
      else
        value += text_[at_++];
    }
    if (!take(quote)) return wrong("ends a text without its quote");
    return value;
  }

  Result<HtmlCondition> read_attribute() {
    HtmlCondition condition{.kind = Kind::attribute};
    blanks();
    std::string name = CREMA_TRY(read_name());
    condition.name = lower(std::move(name));
    blanks();
    if (take(']')) return condition;
    condition.comparison = peek();
    if (std::string_view("=~|^$*!").find(peek()) == std::string_view::npos)
      return wrong("compares no attribute");
    ++at_;
    if (condition.comparison != '=' && !take('=')) return wrong("compares no attribute");
    blanks();
    condition.value = CREMA_TRY(read_value());
    blanks();
    condition.any_case = take('i') || take('I');
    blanks();
    if (!take(']')) return wrong("should be ]");
    return condition;
  }

  Result<HtmlCondition> read_pseudo(int depth) {
    take(':');
    std::string name = CREMA_TRY(read_name());
    name = lower(std::move(name));
    const auto is_name = [&](const Named& each) { return each.name == name; };
    if (const auto found = std::ranges::find_if(kPlain, is_name); found != kPlain.end())
      return HtmlCondition{.kind = found->kind};
    if (name.starts_with("nth-")) return read_nth(name);
    if (name.starts_with("first-") || name.starts_with("last-") || name.starts_with("only-"))
      return positioned(name);
    if (const auto found = std::ranges::find_if(kWithSelector, is_name);
        found != kWithSelector.end()) {
      if (!take('(')) return wrong("should be (");
      HtmlSelector inner = CREMA_TRY(alternatives(depth + 1));
      if (!take(')')) return wrong("should be )");
      return HtmlCondition{.kind = found->kind,
                           .inner = std::make_shared<const HtmlSelector>(std::move(inner))};
    }
    if (const auto found = std::ranges::find_if(kWithText, is_name); found != kWithText.end()) {
      if (!take('(')) return wrong("should be (");
      blanks();
      std::string value = CREMA_TRY(read_value());
      blanks();
      if (!take(')')) return wrong("should be )");
      return HtmlCondition{.kind = found->kind, .value = lower(std::move(value))};
    }
    // cascadia has these, and k6 with it; what neither knows selects nothing.
    if (name == "matches" || name == "matchesown" || name == "lang")
      return wrong(fmt::format("is not supported: :{}", name));
    return wrong("is no known pseudo-class");
  }

  Result<HtmlCondition> positioned(std::string_view name) {
    const bool of_type = name.ends_with("-of-type");
    if (!of_type && !name.ends_with("-child")) return wrong("is no known pseudo-class");
    HtmlCondition condition{.kind = name.starts_with("only-") ? Kind::only : Kind::nth,
                            .start = 1,
                            .from_end = name.starts_with("last-"),
                            .of_type = of_type};
    return condition;
  }

  Result<HtmlCondition> read_nth(std::string_view name) {
    HtmlCondition condition{.kind = Kind::nth};
    condition.from_end = name.starts_with("nth-last-");
    condition.of_type = name.ends_with("-of-type");
    if (!condition.of_type && !name.ends_with("-child")) return wrong("is no known pseudo-class");
    const auto end = text_.find(')', at_);
    if (!take('(') || end == std::string_view::npos) return wrong("should be (");
    std::string formula;
    for (const char c : text_.substr(at_, end - at_))
      if (!blank(c)) formula += c;
    at_ = end + 1;
    formula = lower(std::move(formula));
    if (formula == "odd") formula = "2n+1";
    if (formula == "even") formula = "2n";
    if (!read_formula(formula, condition)) return wrong("is no formula like 2n+1");
    return condition;
  }

  static bool read_number(std::string_view text, int& number) {
    if (text.starts_with('+')) text.remove_prefix(1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size();
  }

  static bool read_formula(std::string_view text, HtmlCondition& condition) {
    const auto n = text.find('n');
    if (n == std::string_view::npos) return read_number(text, condition.start);
    const auto step = text.substr(0, n), start = text.substr(n + 1);
    if (step.empty() || step == "+")
      condition.step = 1;
    else if (step == "-")
      condition.step = -1;
    else if (!read_number(step, condition.step))
      return false;
    return start.empty() || read_number(start, condition.start);
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Result<HtmlSelector> parse_html_selector(std::string_view text) { return Reader(text).all(); }

}  // namespace crema::load
