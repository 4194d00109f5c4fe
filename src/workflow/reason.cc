#include "reason.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace crema::workflow {
namespace {

using expr::Certainty;
using expr::TraceEntry;

constexpr std::size_t kMaxShown = 60;
constexpr std::size_t kMaxFacts = 3;

// The brackets the canonical form puts around an operator are of no use at the outside.
std::string_view without_brackets(std::string_view text) {
  if (!text.starts_with('(') || !text.ends_with(')')) return text;
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    if (text[i] == '\'') quoted = !quoted;
    if (quoted) continue;
    depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
    if (depth == 0) return text;
  }
  return text.substr(1, text.size() - 2);
}

bool is_leaf(std::string_view text) { return !text.starts_with('(') && !text.starts_with('!'); }

}  // namespace

std::string shown(const expr::Value& value) {
  switch (value.kind()) {
    case expr::Kind::null:
      return "null";
    case expr::Kind::array:
      return fmt::format("an array of {}", value.as_array().size());
    case expr::Kind::object:
      return "an object";
    case expr::Kind::string:
      break;
    default:
      return value.to_text();
  }
  const std::string& text = value.as_string();
  std::size_t end = std::min({text.size(), text.find('\n'), kMaxShown});
  while (end > 0 && end < text.size() && (text[end] & 0xC0) == 0x80) --end;
  return fmt::format("'{}{}'", text.substr(0, end), end < text.size() ? "..." : "");
}

const TraceEntry* falsifying_part(const std::vector<TraceEntry>& trace) {
  if (trace.empty()) return nullptr;
  const TraceEntry& whole = trace.back();
  for (auto entry = trace.rbegin(); entry != trace.rend(); ++entry) {
    if (entry->depth != 1 || entry->value.truthy() || entry->certainty == Certainty::unknown)
      continue;
    const bool conjunct = whole.text.starts_with("(" + entry->text + " && ") ||
                          whole.text.find(" && " + entry->text) != std::string::npos;
    if (conjunct) return &*entry;
  }
  return &whole;
}

std::string explain_part(const std::vector<TraceEntry>& trace, const TraceEntry& part) {
  std::vector<std::string> facts;
  // Its sub-expressions stand right before it, deeper in the tree.
  const auto end = std::find_if(trace.begin(), trace.end(),
                                [&](const TraceEntry& entry) { return &entry == &part; });
  for (auto entry = std::make_reverse_iterator(end);
       entry != trace.rend() && entry->depth > part.depth; ++entry) {
    if (!is_leaf(entry->text)) continue;
    const bool inside_call = std::any_of(entry.base(), end, [&](const TraceEntry& later) {
      return is_leaf(later.text) && later.depth < entry->depth &&
             later.text.find(entry->text) != std::string::npos;
    });
    std::string fact = entry->certainty == Certainty::unknown
                           ? entry->text + " is unknown until the run"
                           : entry->text + " is " + shown(entry->value);
    if (!inside_call && std::find(facts.begin(), facts.end(), fact) == facts.end())
      facts.push_back(std::move(fact));
  }
  std::reverse(facts.begin(), facts.end());
  if (facts.size() > kMaxFacts) facts.resize(kMaxFacts);
  const std::string text(without_brackets(part.text));
  std::string sentence =
      part.certainty == Certainty::unknown
          ? fmt::format("`{}` is unknown until the run", text)
          : fmt::format("`{}` is {}", text == shown(part.value) ? "if" : text, shown(part.value));
  if (!facts.empty()) sentence += fmt::format(" ({})", fmt::join(facts, ", "));
  return sentence;
}

bool named_by_author(std::string_view source) {
  constexpr std::array<std::string_view, 4> kStatus = {"success", "failure", "always", "cancelled"};
  std::string text = to_lower(source);
  std::erase(text, ' ');
  return std::any_of(kStatus.begin(), kStatus.end(), [&](std::string_view name) {
    return text.find(std::string(name) + "(") != std::string::npos;
  });
}

std::vector<expr::TraceEntry> as_written(std::vector<expr::TraceEntry> trace,
                                         std::string_view source) {
  constexpr std::string_view kAdded = "(success() && ";
  expr::TraceEntry& whole = trace.back();
  if (named_by_author(source) || !whole.text.starts_with(kAdded)) return trace;
  whole.text = whole.text.substr(kAdded.size(), whole.text.size() - kAdded.size() - 1);
  std::erase_if(trace, [](const expr::TraceEntry& entry) { return entry.text == "success()"; });
  return trace;
}

}  // namespace crema::workflow
