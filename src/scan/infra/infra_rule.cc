#include "crema/scan/infra/infra_rule.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace crema::scan {
namespace {

constexpr std::size_t kLongestValue = 80;

// In a message, on one line.
std::string shown(const formats::YamlNode& node) {
  if (node.kind == formats::YamlKind::sequence) {
    std::vector<std::string> texts;
    for (const auto& item : node.items)
      if (item->kind == formats::YamlKind::scalar) texts.push_back(item->text);
    return join(texts, ", ");
  }
  if (node.kind == formats::YamlKind::mapping) return "{...}";
  auto text = replace_all(node.text, "\n", " ");
  if (text.size() > kLongestValue) {
    auto end = kLongestValue;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    text = text.substr(0, end) + "...";
  }
  return text;
}

// A list's item is known by its name, where it has one.
YamlPlace named(const YamlPlace& place) {
  if (place.key || !place.value) return place;
  const auto name = child(*place.value, "name");
  return name.value ? YamlPlace{name.key, place.value} : place;
}

// What an item of a list or an entry of a mapping is called.
std::string called(const YamlPlace& place) {
  if (place.value->kind == formats::YamlKind::scalar)
    return place.key ? place.key->text : place.value->text;
  for (const std::string_view name : {"name", "mountPath", "containerPort", "port", "path"})
    if (const auto text = text_at(place.value, name); !text.empty()) return std::string(text);
  return place.key ? place.key->text : "";
}

}  // namespace

Result<RuleMessage> RuleMessage::parse(std::string_view text, const Span& span) {
  RuleMessage message;
  while (!text.empty()) {
    const auto open = text.find('{');
    if (open != 0) message.pieces_.push_back({.text = std::string(text.substr(0, open))});
    if (open == std::string_view::npos) break;
    const auto close = text.find('}', open);
    if (close == std::string_view::npos)
      return fail("rule/message", "a brace in the message does not close", span);
    const auto inside = text.substr(open + 1, close - open - 1);
    Piece piece{.text = std::string(inside), .special = inside == "value" || inside == "key"};
    if (!piece.special) piece.path = CREMA_TRY(YamlPath::parse(inside, span));
    message.pieces_.push_back(std::move(piece));
    text.remove_prefix(close + 1);
  }
  return message;
}

RuleMessage RuleMessage::plain(std::string_view text) {
  RuleMessage message;
  message.pieces_.push_back({.text = std::string(text)});
  return message;
}

std::string RuleMessage::text(const RuleScope& scope, const YamlPlace& found) const {
  std::string text;
  for (const auto& piece : pieces_) {
    if (piece.special) {
      const auto& node = piece.text == "key" ? found.key : found.value;
      if (node) text += shown(*node);
    } else if (piece.path) {
      const auto places = piece.path->places(scope.beginning_of(*piece.path));
      text += places.empty() ? "" : shown(*places.front().value);
    } else {
      text += piece.text;
    }
  }
  return text;
}

std::string_view framework_of(const Rule& rule) { return text_at(rule.metadata, "framework"); }

YamlPlace InfraRule::place_of(const RuleScope& scope, const YamlPlace& witness) const {
  for (const auto& path : at_)
    if (const auto places = path.places(scope.beginning_of(path)); !places.empty())
      return named(places.front());
  if (!at_.empty()) return named(at_.front().nearest(scope.beginning_of(at_.front())));
  return named(witness.value ? witness : scope.place);
}

void InfraRule::judge_one(const RuleScope& scope, std::vector<RuleHit>& hits) const {
  if (when_ && !when_->holds(scope)) return;
  YamlPlace witness;
  if (look_ != nullptr) {
    for (auto& hit : look_->look(scope)) {
      if (hit.message.empty()) hit.message = message_.text(scope, hit.place);
      hit.place = named(hit.place);
      hits.push_back(std::move(hit));
    }
  } else if (bad_ && bad_->holds(scope, witness)) {
    const auto value = witness.value ? witness : scope.place;
    hits.push_back({place_of(scope, witness), message_.text(scope, value)});
  }
}

std::vector<RuleHit> InfraRule::judge(const RuleScope& scope) const {
  std::vector<RuleHit> hits;
  const auto judge_place = [&](const YamlPlace& place, const std::string& which) {
    const auto first = hits.size();
    judge_one({place, scope.beginnings}, hits);
    for (auto at = first; at < hits.size(); ++at) hits[at].which = which;
  };
  std::vector<YamlPlace> outer{scope.place};
  if (along_) outer = along_->places(scope.place);
  for (const auto& place : outer) {
    const auto which = along_ ? called(place) : "";
    if (!each_) {
      judge_place(place, which);
      continue;
    }
    const RuleScope inner{place, scope.beginnings};
    for (const auto& one : each_->places(inner.beginning_of(*each_)))
      judge_place(one, which + (which.empty() ? "" : " ") + called(one));
  }
  return hits;
}

std::string InfraRule::message(const RuleScope& scope, const YamlPlace& place) const {
  return message_.text(scope, place);
}

Found make_found(const InfraRule& rule, const RuleHit& hit, const Resource& resource,
                 std::string_view part) {
  const auto& page = rule.rule();
  evidence::FindingLocation location{.path = resource.path};
  const auto& node = hit.place.key ? hit.place.key : hit.place.value;
  if (node) {
    location.line = node->line;
    location.column = node->column;
    if (node->end_column != 0) {
      location.end_line = node->line;
      location.end_column = node->end_column;
    }
  }
  // Where a scalar stands on the same line, all of it is meant.
  if (hit.place.key && hit.place.value && hit.place.value->line == location.line &&
      hit.place.value->end_column != 0)
    location.end_column = hit.place.value->end_column;
  return {.finding = {.rule = page.id,
                      .rule_name = page.title,
                      .aliases = page.aliases,
                      .family = "infrastructure",
                      .severity = page.severity,
                      .scanner = "crema",
                      .message = hit.message,
                      .subject = resource.address,
                      .fix = {.text = page.fix},
                      .locations = {std::move(location)},
                      .incident = rule.incident().empty()
                                      ? ""
                                      : fmt::format("{}:{}:{}", framework_of(page), rule.incident(),
                                                    resource.address)},
          .subject = resource.address,
          .content =
              fmt::format("{}{}{}", part, part.empty() || hit.which.empty() ? "" : " ", hit.which),
          .first_line = resource.first_line,
          .last_line = resource.last_line};
}

}  // namespace crema::scan
