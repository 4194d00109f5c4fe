#include "crema/scan/infra/yaml_path.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace crema::scan {
namespace {

using formats::YamlKind;
using formats::YamlNode;
using formats::YamlPtr;
using formats::YamlStyle;

// A tree of many nodes met again and again by `**` would take forever.
constexpr std::size_t kMostPlaces = 100'000;

bool is_word(const YamlNode& node, std::initializer_list<std::string_view> words) {
  return node.kind == YamlKind::scalar && node.style == YamlStyle::plain &&
         std::ranges::any_of(words, [&](auto word) { return equals_ignore_case(node.text, word); });
}

}  // namespace

bool is_null(const YamlNode& node) {
  return node.kind == YamlKind::scalar && node.style == YamlStyle::plain &&
         (node.text.empty() || node.text == "~" || equals_ignore_case(node.text, "null"));
}

bool is_true(const YamlNode& node) { return is_word(node, {"true", "yes", "on"}); }
bool is_false(const YamlNode& node) { return is_word(node, {"false", "no", "off"}); }

YamlPlace child(const YamlNode& node, std::string_view key) {
  if (node.kind != YamlKind::mapping) return {};
  for (auto entry = node.entries.rbegin(); entry != node.entries.rend(); ++entry)
    if (entry->first->text == key && entry->first->kind == YamlKind::scalar)
      return is_null(*entry->second) ? YamlPlace() : YamlPlace{entry->first, entry->second};
  return {};
}

YamlPtr node_at(const YamlPtr& node, std::string_view keys) {
  YamlPtr at = node;
  for (const auto key : split(keys, '.')) {
    if (!at) return nullptr;
    at = child(*at, key).value;
  }
  return at;
}

std::string_view text_at(const YamlPtr& node, std::string_view keys) {
  const auto found = node_at(node, keys);
  // What it is a view of belongs to the tree, which the caller holds.
  return found && found->kind == YamlKind::scalar ? std::string_view(found->text) : "";
}

// Reads the text of a path.
class PathReader {
 public:
  PathReader(std::string_view text, const Span& span) : text_(text), span_(span) {}

  Result<YamlPath> read() {
    YamlPath path;
    if (text_.starts_with('$')) {
      at_ = std::min(text_.find_first_of(".["), text_.size());
      path.beginning_ = text_.substr(0, at_);
      if (at_ == text_.size()) return path;
    } else if (text_ == ".") {
      return path;
    } else if (!text_.empty() && text_[0] != '[' && text_[0] != '.') {
      path.steps_.push_back(CREMA_TRY(key()));
    }
    while (at_ < text_.size()) {
      if (text_[at_] == '[') {
        path.steps_.push_back(CREMA_TRY(bracket()));
      } else if (text_[at_] == '.') {
        ++at_;
        path.steps_.push_back(CREMA_TRY(key()));
      } else {
        return wrong("expects `.` or `[`");
      }
    }
    if (path.steps_.empty()) return wrong("is empty");
    return path;
  }

 private:
  using Kind = YamlPath::Kind;
  std::string_view text_;
  const Span& span_;
  std::size_t at_ = 0;

  Result<YamlPath::Step> key() {
    const auto end = std::min(text_.find_first_of(".[]", at_), text_.size());
    const auto name = text_.substr(at_, end - at_);
    if (name.empty()) return wrong("expects a key");
    at_ = end;
    if (name == "*") return YamlPath::Step{.kind = Kind::all_values};
    if (name == "**") return YamlPath::Step{.kind = Kind::any_depth};
    return YamlPath::Step{.key = std::string(name)};
  }

  Result<YamlPath::Step> bracket() {
    ++at_;
    if (at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '\'')) {
      const auto end = text_.find(text_[at_], at_ + 1);
      if (end == std::string_view::npos || end + 1 >= text_.size() || text_[end + 1] != ']')
        return wrong("has a quote that does not end");
      YamlPath::Step step{.key = std::string(text_.substr(at_ + 1, end - at_ - 1))};
      at_ = end + 2;
      return step;
    }
    const auto end = text_.find(']', at_);
    if (end == std::string_view::npos) return wrong("has a bracket that does not close");
    const auto inside = text_.substr(at_, end - at_);
    at_ = end + 1;
    if (inside == "*") return YamlPath::Step{.kind = Kind::all_items};
    YamlPath::Step step{.kind = Kind::item};
    const auto [rest, error] =
        std::from_chars(inside.data(), inside.data() + inside.size(), step.index);
    if (error != std::errc() || rest != inside.data() + inside.size())
      return wrong("expects `[*]`, `[0]` or `[\"key\"]`");
    return step;
  }

  tl::unexpected<Diagnostic> wrong(std::string_view what) const {
    auto error = make_error(
        "rule/path", fmt::format("the path `{}` {} at character {}", text_, what, at_ + 1), span_);
    error.hint = "write keys with dots between them, as in `spec.ports[*].nodePort`";
    return fail(std::move(error));
  }
};

Result<YamlPath> YamlPath::parse(std::string_view text, const Span& span) {
  return PathReader(text, span).read();
}

void YamlPath::take(const Step& step, const YamlPlace& from, std::vector<YamlPlace>& found) {
  const auto& node = *from.value;
  switch (step.kind) {
    case Kind::key:
      if (auto place = child(node, step.key); place.value) found.push_back(std::move(place));
      break;
    case Kind::item:
      if (step.index < node.items.size()) found.push_back({nullptr, node.items[step.index]});
      break;
    case Kind::all_items:
      for (const auto& item : node.items) found.push_back({nullptr, item});
      break;
    case Kind::all_values:
      for (const auto& [key, value] : node.entries)
        if (!is_null(*value)) found.push_back({key, value});
      break;
    case Kind::any_depth:
      found.push_back(from);
      for (std::size_t at = found.size() - 1; at < found.size() && at < kMostPlaces; ++at) {
        const auto inner = found[at].value;
        for (const auto& item : inner->items) found.push_back({nullptr, item});
        for (const auto& [key, value] : inner->entries)
          if (!is_null(*value)) found.push_back({key, value});
      }
      break;
  }
}

void YamlPath::follow(const YamlPlace& from, std::size_t step,
                      std::vector<YamlPlace>& found) const {
  if (step == steps_.size()) {
    if (found.size() < kMostPlaces) found.push_back(from);
    return;
  }
  std::vector<YamlPlace> next;
  take(steps_[step], from, next);
  for (const auto& place : next) follow(place, step + 1, found);
}

std::vector<YamlPlace> YamlPath::places(const YamlPlace& from) const {
  std::vector<YamlPlace> found;
  if (from.value) follow(from, 0, found);
  return found;
}

YamlPlace YamlPath::nearest(const YamlPlace& from) const {
  YamlPlace at = from;
  for (const auto& step : steps_) {
    if (!at.value) break;
    std::vector<YamlPlace> next;
    take(step, at, next);
    if (next.empty()) break;
    at = next.front();
  }
  return at;
}

}  // namespace crema::scan
