// The modifiers of gjson paths: @reverse, @keys and their like.
#include "json_selector.h"

#include "crema/formats/json.h"

#include <algorithm>
#include <array>
#include <map>
#include <vector>

namespace crema::load {
namespace {

using View = std::string_view;

bool is_array(View json) { return kind_of_json(json) == JsonKind::array; }
bool is_object(View json) { return kind_of_json(json) == JsonKind::object; }

// An argument {"deep":true}.
bool flag(View argument, View name) {
  JsonMembers members(argument);
  while (members.next())
    if (unquote_json(members.key()) == name) return members.value() == "true";
  return false;
}

class Joined {
 public:
  explicit Joined(char open) : text_(1, open) {}
  void add(View item) {
    if (text_.size() > 1) text_ += ',';
    text_ += item;
  }
  void add(View key, View value) {
    add(key);
    text_ += ':';
    text_ += value;
  }
  std::string end() { return text_ + (text_[0] == '{' ? '}' : ']'); }

 private:
  std::string text_;
};

std::string same(JsonSelector&, View json, View) { return std::string(json); }

std::string reverse(JsonSelector&, View json, View) {
  if (!is_array(json) && !is_object(json)) return std::string(json);
  std::vector<std::pair<View, View>> items;
  JsonMembers members(json);
  while (members.next()) items.emplace_back(members.key(), members.value());
  Joined out(json[0]);
  std::ranges::reverse(items);
  for (const auto& [key, value] : items) key.empty() ? out.add(value) : out.add(key, value);
  return out.end();
}

std::string flatten(JsonSelector&, View json, View argument) {
  if (!is_array(json)) return std::string(json);
  const bool deep = flag(argument, "deep");
  Joined out('[');
  // Arrays that are open, the innermost last.
  std::vector<JsonMembers> open{JsonMembers(json)};
  while (!open.empty()) {
    if (!open.back().next()) {
      open.pop_back();
      continue;
    }
    const View value = open.back().value();
    if (is_array(value) && (deep || open.size() == 1))
      open.emplace_back(value);
    else
      out.add(value);
  }
  return out.end();
}

std::string join(JsonSelector&, View json, View argument) {
  if (!is_array(json)) return std::string(json);
  const bool preserve = flag(argument, "preserve");
  std::vector<std::pair<View, View>> all;
  std::map<std::string, std::size_t> places;
  JsonMembers elements(json);
  while (elements.next()) {
    if (!is_object(elements.value())) continue;
    JsonMembers members(elements.value());
    while (members.next()) {
      const auto [place, fresh] = places.try_emplace(unquote_json(members.key()), all.size());
      if (preserve || fresh)
        all.emplace_back(members.key(), members.value());
      else
        all[place->second].second = members.value();
    }
  }
  Joined out('{');
  for (const auto& [key, value] : all) out.add(key, value);
  return out.end();
}

std::string keys(JsonSelector&, View json, View) {
  if (!is_array(json) && !is_object(json)) return "[null]";
  Joined out('[');
  JsonMembers members(json);
  while (members.next()) out.add(members.key().empty() ? View("null") : members.key());
  return out.end();
}

std::string values(JsonSelector&, View json, View) {
  if (is_array(json)) return std::string(json);
  if (!is_object(json)) return "[" + std::string(json) + "]";
  Joined out('[');
  JsonMembers members(json);
  while (members.next()) out.add(members.value());
  return out.end();
}

std::string to_string(JsonSelector&, View json, View) { return formats::json_string(json); }

std::string from_string(JsonSelector&, View json, View) {
  const std::string text =
      kind_of_json(json) == JsonKind::string ? unquote_json(json) : std::string(json);
  return valid_json(text) ? std::string(first_json_value(text)) : std::string();
}

// {"id":[1,2],"v":[3]} -> [{"id":1,"v":3},{"id":2}]
std::string group(JsonSelector&, View json, View) {
  if (!is_object(json)) return {};
  std::vector<Joined> objects;
  JsonMembers members(json);
  while (members.next()) {
    if (!is_array(members.value())) continue;
    JsonMembers elements(members.value());
    for (std::size_t i = 0; elements.next(); ++i) {
      if (i == objects.size()) objects.emplace_back('{');
      objects[i].add(members.key(), elements.value());
    }
  }
  Joined out('[');
  for (Joined& object : objects) out.add(object.end());
  return out.end();
}

// What the path selects in the value, and in everything inside it.
std::string dig(JsonSelector& selector, View json, View argument) {
  Joined out('[');
  std::vector<JsonMembers> open;
  const auto look = [&](View value) {
    const auto found = selector.get(value, argument);
    if (found && selector.spend(found->size())) out.add(*found);
    if (is_array(value) || is_object(value)) open.emplace_back(value);
  };
  look(json);
  while (!open.empty() && !selector.exhausted()) {
    if (open.back().next())
      look(View(open.back().value()));
    else
      open.pop_back();
  }
  return out.end();
}

struct Named {
  View name;
  JsonModifier modifier;
};
// Blanks mean nothing to a script, which gets a value: @pretty and @ugly change nothing.
constexpr std::array kModifiers{
    Named{"dig", dig},         Named{"flatten", flatten}, Named{"fromstr", from_string},
    Named{"group", group},     Named{"join", join},       Named{"keys", keys},
    Named{"pretty", same},     Named{"reverse", reverse}, Named{"this", same},
    Named{"tostr", to_string}, Named{"ugly", same},       Named{"valid", same},
    Named{"values", values},
};

}  // namespace

JsonModifier json_modifier(View name) {
  const auto found = std::ranges::find(kModifiers, name, &Named::name);
  return found == kModifiers.end() ? nullptr : found->modifier;
}

}  // namespace crema::load
