#include "functions.h"

#include "case_fold.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace crema::expr {
namespace {

// Collects text no longer than the memory an evaluation may take.
class TextBuilder {
 public:
  explicit TextBuilder(const Evaluator& evaluator) : evaluator_(evaluator) {}

  Result<> append(std::string_view text) {
    if (text.empty()) return {};
    memory_ += text_memory(text);
    if (memory_ > evaluator_.max_memory()) return crema::fail(evaluator_.memory_error());
    text_ += text;
    return {};
  }

  Outcome take() { return Outcome{Value(std::move(text_))}; }

 private:
  const Evaluator& evaluator_;
  std::string text_;
  std::size_t memory_ = 0;
};

using TextPredicate = bool (*)(std::string_view, std::string_view);

Result<Outcome> text_predicate(Evaluator& evaluator, const Node& call, int level,
                               TextPredicate holds) {
  const Outcome text = CREMA_TRY(evaluator.argument(call, 0, level));
  if (!text.exact()) return Outcome::unknown();
  if (!text.value.is_primitive()) return Outcome{Value(false)};
  const Outcome part = CREMA_TRY(evaluator.argument(call, 1, level));
  if (!part.exact()) return Outcome::unknown();
  return Outcome{
      Value(part.value.is_primitive() && holds(text.value.to_text(), part.value.to_text()))};
}

Result<Outcome> call_starts_with(Evaluator& evaluator, const Node& call, int level) {
  return text_predicate(evaluator, call, level, starts_with_folded);
}

Result<Outcome> call_ends_with(Evaluator& evaluator, const Node& call, int level) {
  return text_predicate(evaluator, call, level, ends_with_folded);
}

Result<Outcome> call_contains(Evaluator& evaluator, const Node& call, int level) {
  const Outcome where = CREMA_TRY(evaluator.argument(call, 0, level));
  if (!where.exact()) return Outcome::unknown();
  if (where.value.kind() == Kind::object) return Outcome{Value(false)};
  if (where.value.kind() == Kind::array && where.value.as_array().empty())
    return Outcome{Value(false)};
  const Outcome what = CREMA_TRY(evaluator.argument(call, 1, level));
  if (!what.exact()) return Outcome::unknown();
  if (where.value.kind() == Kind::array) {
    const Array& items = where.value.as_array();
    return Outcome{Value(std::any_of(items.begin(), items.end(),
                                     [&](const Value& item) { return what.value.equals(item); }))};
  }
  return Outcome{Value(what.value.is_primitive() &&
                       contains_folded(where.value.to_text(), what.value.to_text()))};
}

// A format string cut into text and references to arguments.
struct FormatPart {
  std::string_view text;
  std::optional<std::size_t> argument;
  std::string specifiers;
};

class FormatReader {
 public:
  explicit FormatReader(std::string_view format) : format_(format) {}

  Result<std::vector<FormatPart>> read(std::size_t arguments) {
    std::vector<FormatPart> parts;
    while (at_ < format_.size()) {
      const std::size_t brace = format_.find_first_of("{}", at_);
      if (brace == std::string_view::npos) {
        parts.push_back({format_.substr(at_), std::nullopt, {}});
        break;
      }
      const char c = format_[brace];
      if (at(brace + 1) == c) {  // doubled: the brace itself
        parts.push_back({format_.substr(at_, brace - at_ + 1), std::nullopt, {}});
        at_ = brace + 2;
        continue;
      }
      FormatPart part;
      if (c == '}' || !read_reference(brace + 1, part)) return invalid();
      if (*part.argument >= arguments)
        return crema::fail("expr/format",
                           fmt::format("The following format string references more arguments than "
                                       "were supplied: {}",
                                       format_));
      if (brace > text_start_)
        parts.push_back({format_.substr(text_start_, brace - text_start_), std::nullopt, {}});
      parts.push_back(std::move(part));
    }
    return parts;
  }

 private:
  char at(std::size_t index) const { return index < format_.size() ? format_[index] : '\0'; }

  tl::unexpected<Diagnostic> invalid() const {
    return crema::fail("expr/format",
                       fmt::format("The following format string is invalid: {}", format_));
  }

  // After "{": digits, perhaps ":" and specifiers, and "}". Moves behind it.
  bool read_reference(std::size_t index, FormatPart& part) {
    text_start_ = at_;
    std::size_t number = 0;
    const std::size_t start = index;
    for (; at(index) >= '0' && at(index) <= '9'; ++index) {
      number = number * 10 + static_cast<std::size_t>(at(index) - '0');
      if (number > 255) return false;
    }
    if (index == start) return false;
    part.argument = number;
    if (at(index) == ':') {
      for (++index; index < format_.size(); ++index) {
        if (at(index) == '}') {
          if (at(index + 1) != '}') break;
          ++index;
        }
        part.specifiers += at(index);
      }
    }
    if (at(index) != '}') return false;
    at_ = index + 1;
    return true;
  }

  std::string_view format_;
  std::size_t at_ = 0;
  std::size_t text_start_ = 0;
};

std::string_view kind_name(Kind kind) {
  constexpr std::array<std::string_view, 6> kNames = {"Null",   "Boolean", "Number",
                                                      "String", "Array",   "Object"};
  return kNames[static_cast<std::size_t>(kind)];
}

Result<Outcome> call_format(Evaluator& evaluator, const Node& call, int level) {
  const Outcome format = CREMA_TRY(evaluator.argument(call, 0, level));
  if (!format.exact()) return Outcome::unknown();
  const std::string text = format.value.to_text();
  const auto parts = CREMA_TRY(FormatReader(text).read(call.children.size() - 1));
  std::vector<std::optional<Outcome>> arguments(call.children.size() - 1);
  TextBuilder result(evaluator);
  bool exact = true;
  for (const FormatPart& part : parts) {
    if (!part.argument) {
      CREMA_TRY(result.append(part.text));
      continue;
    }
    std::optional<Outcome>& argument = arguments[*part.argument];
    if (!argument) argument = CREMA_TRY(evaluator.argument(call, *part.argument + 1, level));
    if (!part.specifiers.empty())
      return crema::fail(
          "expr/format",
          fmt::format("The format specifiers '{}' are not valid for objects of type '{}'",
                      part.specifiers, kind_name(argument->value.kind())));
    exact = exact && argument->exact();
    CREMA_TRY(result.append(argument->value.to_text()));
  }
  return exact ? result.take() : Outcome::unknown();
}

Result<Outcome> call_join(Evaluator& evaluator, const Node& call, int level) {
  const Outcome items = CREMA_TRY(evaluator.argument(call, 0, level));
  if (!items.exact()) return Outcome::unknown();
  if (items.value.is_primitive()) return Outcome{Value(items.value.to_text())};
  if (items.value.kind() != Kind::array || items.value.as_array().empty())
    return Outcome{Value("")};
  const Array& array = items.value.as_array();
  std::string separator = ",";
  if (array.size() > 1 && call.children.size() > 1) {
    const Outcome given = CREMA_TRY(evaluator.argument(call, 1, level));
    if (!given.exact()) return Outcome::unknown();
    if (given.value.is_primitive()) separator = given.value.to_text();
  }
  TextBuilder result(evaluator);
  for (std::size_t i = 0; i < array.size(); ++i) {
    if (i > 0) CREMA_TRY(result.append(separator));
    CREMA_TRY(result.append(array[i].to_text()));
  }
  return result.take();
}

Result<Outcome> call_to_json(Evaluator& evaluator, const Node& call, int level) {
  const Outcome argument = CREMA_TRY(evaluator.argument(call, 0, level));
  if (!argument.exact()) return Outcome::unknown();
  TextBuilder result(evaluator);
  CREMA_TRY(result.append(to_json(argument.value)));
  return result.take();
}

Result<Outcome> call_from_json(Evaluator& evaluator, const Node& call, int level) {
  const Outcome argument = CREMA_TRY(evaluator.argument(call, 0, level));
  if (!argument.exact()) return Outcome::unknown();
  std::string error;
  std::optional<Value> value = from_json(argument.value.to_text(), &error);
  if (!value) return crema::fail("expr/json", "Error parsing fromJson: " + error);
  return Outcome{std::move(*value)};
}

Result<Outcome> call_case(Evaluator& evaluator, const Node& call, int level) {
  for (std::size_t i = 0; i + 1 < call.children.size(); i += 2) {
    const Outcome predicate = CREMA_TRY(evaluator.argument(call, i, level));
    if (!predicate.exact()) return Outcome::unknown();
    if (predicate.value.kind() != Kind::boolean)
      return crema::fail("expr/case", "case predicate must evaluate to a boolean value");
    if (predicate.value.as_boolean()) return evaluator.argument(call, i + 1, level);
  }
  return evaluator.argument(call, call.children.size() - 1, level);
}

constexpr int kManyArguments = 255;

constexpr auto kBuiltins = std::to_array<Builtin>({
    {"case", 3, kManyArguments, true, call_case},
    {"contains", 2, 2, false, call_contains},
    {"endsWith", 2, 2, false, call_ends_with},
    {"format", 1, kManyArguments, false, call_format},
    {"fromJSON", 1, 1, false, call_from_json},
    {"join", 1, 2, false, call_join},
    {"startsWith", 2, 2, false, call_starts_with},
    {"toJSON", 1, 1, false, call_to_json},
});

}  // namespace

const Builtin* find_builtin(std::string_view name) {
  const auto* found = std::find_if(kBuiltins.begin(), kBuiltins.end(), [&](const Builtin& builtin) {
    return equals_folded(builtin.name, name);
  });
  return found == kBuiltins.end() ? nullptr : found;
}

}  // namespace crema::expr
