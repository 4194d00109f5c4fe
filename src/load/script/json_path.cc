#include "json_path.h"

#include "json_selector.h"

#include "crema/formats/json.h"

#include <algorithm>
#include <charconv>

namespace crema::load {
namespace {

using View = JsonSelector::View;

constexpr std::size_t kLeastBudget = std::size_t{64} << 20;
constexpr std::size_t kReadings = 64;  // how often a document may be read from end to end
constexpr int kDeepest = 100;          // steps inside steps; each takes some of a fiber's stack

// One component of a path, and what comes after it.
struct Step {
  View part;
  View rest;  // after a dot
  bool more = false;
  View pipe;  // after a pipe, or a dot that means one
  bool piped = false;
};

// A dot before a modifier or a multipath is a pipe.
bool begins_pipe(View path) {
  if (path.empty()) return false;
  if (path[0] == '@')
    return json_modifier(path.substr(1, path.find_first_of(".|:", 1) - 1)) != nullptr;
  return path[0] == '{' || path[0] == '[' || path[0] == '!';
}

// Ends the step at the separator `at`.
void end_step(View path, std::size_t at, bool may_pipe, Step& step) {
  step.part = path.substr(0, at);
  const View after = path.substr(at + 1);
  if (path[at] == '|' || (may_pipe && begins_pipe(after))) {
    step.pipe = after;
    step.piped = true;
  } else {
    step.rest = after;
    step.more = true;
  }
}

Step read_object_step(View path) {
  Step step{.part = path};
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '\\') {
      ++i;
    } else if (path[i] == '.' || path[i] == '|') {
      end_step(path, i, true, step);
      return step;
    }
  }
  return step;
}

struct ArrayStep : Step {
  bool counts = false;   // "#"
  bool each = false;     // "#." and the rest of the path of each element
  bool queries = false;  // "#(...)"
  bool all = false;      // "#(...)#"
  JsonQuery query;
};

ArrayStep read_array_step(View path) {
  ArrayStep step;
  step.part = path;
  std::size_t i = 0;
  if (path.starts_with("#.")) {
    step.each = true;
    step.rest = path.substr(2);
    return step;
  }
  if (path.starts_with("#(") || path.starts_with("#[")) {
    step.queries = true;
    auto query = parse_json_query(path);
    if (!query) return step;  // as gjson: it holds for every element
    step.query = std::move(*query);
    i = step.query.length;
    step.all = path.substr(i).starts_with('#');
  }
  for (; i < path.size(); ++i)
    if (path[i] == '.' || path[i] == '|') {
      end_step(path, i, !path.starts_with('#'), step);
      break;
    }
  step.counts = step.part == "#";
  return step;
}

bool wild(View part) {
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (part[i] == '\\')
      ++i;
    else if (part[i] == '*' || part[i] == '?')
      return true;
  }
  return false;
}

std::string unescaped(View part) {
  std::string text;
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (part[i] == '\\' && i + 1 < part.size()) ++i;
    text += part[i];
  }
  return text;
}

// The elements' texts, in one array.
void append_element(std::string& array, View element) {
  if (array.size() > 1) array += ',';
  array += element;
}

// One part of a multipath: {"name":path,path}.
struct Part {
  View name;
  View path;
};

std::optional<std::vector<Part>> read_parts(View path, View& rest) {
  std::vector<Part> parts;
  std::size_t start = 1, colon = 0, i = 1;
  bool modifier = false;
  int depth = 1;
  const auto push = [&] {
    parts.push_back(colon == 0 ? Part{{}, path.substr(start, i - start)}
                               : Part{path.substr(start, colon - start),
                                      path.substr(colon + 1, i - colon - 1)});
    start = i + 1;
    colon = 0;
    modifier = false;
  };
  for (; i < path.size(); ++i) {
    switch (path[i]) {
      case '\\':
        ++i;
        break;
      case '@':
        modifier = modifier || path[i - 1] == '.' || path[i - 1] == '|';
        break;
      case ':':
        if (!modifier && depth == 1) colon = i;
        break;
      case ',':
        if (depth == 1) push();
        break;
      case '"':
        i += end_of_group(path.substr(i)) - 1;
        break;
      case '[':
      case '(':
      case '{':
        ++depth;
        break;
      case ']':
      case ')':
      case '}':
        if (--depth > 0) break;
        push();
        rest = path.substr(i + 1);
        return parts;
      default:
        break;
    }
  }
  return std::nullopt;
}

// The name of a member that has none of its own: the last component of its path.
std::string name_of(const Part& part) {
  if (part.name.starts_with('"') && valid_json(part.name)) return std::string(part.name);
  if (!part.name.empty()) return formats::json_string(part.name);
  View last = part.path;
  for (std::size_t i = part.path.size(); i-- > 0;)
    if ((part.path[i] == '.' || part.path[i] == '|') && (i == 0 || part.path[i - 1] != '\\')) {
      last = part.path.substr(i + 1);
      break;
    }
  const bool simple = last.find_first_of("[]{}()#|!") == View::npos;
  return formats::json_string(simple ? last : "_");
}

}  // namespace

View JsonSelector::keep(std::string text) {
  if (!spend(text.size())) return {};
  return kept_.emplace_back(std::move(text));
}

bool JsonSelector::spend(std::size_t bytes) {
  if (bytes > budget_) exhausted_ = true;
  if (exhausted_) return false;
  budget_ -= bytes;
  return true;
}

JsonSelector::Found JsonSelector::get(View json, View path) {
  if (depth_ >= kDeepest) exhausted_ = true;
  if (!spend(json.size() + 1)) return std::nullopt;
  ++depth_;
  const Found found = evaluate(json, path);
  --depth_;
  return exhausted_ ? std::nullopt : found;
}

JsonSelector::Found JsonSelector::evaluate(View json, View path) {
  if (path.size() > 1) {
    std::optional<Found> special;
    if (path[0] == '@')
      special = modified(json, path);
    else if (path[0] == '!')
      special = literal(path);
    else if (path[0] == '{' || path[0] == '[')
      special = composed(json, path);
    if (special) return *special;
    if (path.starts_with("..")) {  // lines of JSON; a document is one line
      json = keep("[" + std::string(json) + "]");
      path.remove_prefix(2);
    }
  }
  return in_value(json, path);
}

JsonSelector::Found JsonSelector::in_value(View json, View path) {
  switch (kind_of_json(json)) {
    case JsonKind::object:
      return in_object(json, path);
    case JsonKind::array:
      return in_array(json, path);
    default:
      return std::nullopt;
  }
}

JsonSelector::Found JsonSelector::follow(Found value, View rest) {
  if (!value || value->empty()) return std::nullopt;
  if (rest.starts_with('.') || rest.starts_with('|')) return get(*value, rest.substr(1));
  return value;
}

JsonSelector::Found JsonSelector::in_object(View json, View path) {
  const Step step = read_object_step(path);
  const bool pattern = wild(step.part);
  const std::string name = pattern ? std::string() : unescaped(step.part);
  JsonMembers members(json);
  Found found;
  while (!found && members.next()) {
    const View key = members.key();
    const bool same = pattern                        ? matches_pattern(unquote_json(key), step.part)
                      : key.find('\\') == View::npos ? key.substr(1, key.size() - 2) == name
                                                     : unquote_json(key) == name;
    if (!same) continue;
    found = step.more ? get(members.value(), step.rest) : Found(members.value());
    if (exhausted_) return std::nullopt;
  }
  return found && step.piped ? get(*found, step.pipe) : found;
}

JsonSelector::Found JsonSelector::in_array(View json, View path) {
  ArrayStep step = read_array_step(path);
  if (step.each || (step.queries && step.more))
    if (const auto split = split_pipe(step.rest)) {
      step.rest = split->first;
      step.pipe = split->second;
      step.piped = true;
    }
  const bool makes_array = step.each || step.all;
  std::size_t wanted = 0;
  const auto [end, error] =
      std::from_chars(step.part.data(), step.part.data() + step.part.size(), wanted);
  const bool indexed = error == std::errc() && end == step.part.data() + step.part.size();
  std::string array = "[";
  std::size_t count = 0;
  Found found;
  JsonMembers members(json);
  for (; members.next() && !exhausted_; ++count) {
    const View element = members.value();
    Found selected = element;
    if (step.queries) {
      const JsonKind kind = kind_of_json(element);
      const bool nested = kind == JsonKind::array || kind == JsonKind::object;
      if (!nested && !step.query.path.empty()) continue;
      if (!query_matches(step.query, nested ? get(element, step.query.path) : element)) continue;
      if (step.more) selected = get(element, step.rest);
    } else if (step.each) {
      selected = get(element, step.rest);
    } else if (!indexed || count != wanted) {
      continue;
    } else if (step.more) {
      selected = get(element, step.rest);
    }
    if (!makes_array) {
      found = selected;
      break;
    }
    if (selected && spend(selected->size())) append_element(array, *selected);
  }
  if (makes_array) found = keep(array + "]");
  if (step.counts) found = keep(std::to_string(count));
  return found && step.piped ? get(*found, step.pipe) : found;
}

// "@name:argument" and what follows.
std::optional<JsonSelector::Found> JsonSelector::modified(View json, View path) {
  const std::size_t end = std::min(path.find_first_of(":.|{[\"(", 1), path.size());
  const JsonModifier modifier = json_modifier(path.substr(1, end - 1));
  if (modifier == nullptr) return std::nullopt;
  View rest = path.substr(end), argument;
  if (rest.starts_with(':')) {
    rest.remove_prefix(1);
    const bool grouped = rest.starts_with('{') || rest.starts_with('[') || rest.starts_with('"');
    argument = rest.substr(0, grouped ? end_of_group(rest) : rest.find('|'));
    rest.remove_prefix(argument.size());
  }
  return follow(keep(modifier(*this, json, argument)), rest);
}

std::optional<JsonSelector::Found> JsonSelector::composed(View json, View path) {
  View rest;
  const auto parts = read_parts(path, rest);
  if (!parts || !(rest.empty() || rest[0] == '|' || rest[0] == '.')) return std::nullopt;
  const bool object = path[0] == '{';
  std::string text(1, path[0]);
  for (const Part& part : *parts) {
    const Found value = get(json, part.path);
    if (!value || !spend(value->size())) continue;
    if (text.size() > 1) text += ',';
    if (object) text += name_of(part) + ":";
    text += *value;
  }
  return follow(keep(text + (object ? "}" : "]")), rest);
}

// "!value": the value itself.
std::optional<JsonSelector::Found> JsonSelector::literal(View path) {
  const View text = path.substr(1);
  View value = text.substr(0, text.find_first_of(".|"));
  if (text[0] == '{' || text[0] == '[' || text[0] == '"')
    value = text.substr(0, end_of_group(text));
  else if (text[0] == '-' || text[0] == '+' || (text[0] >= '0' && text[0] <= '9'))
    value = first_json_value(text);
  if (!valid_json(value)) return std::nullopt;
  return follow(keep(std::string(first_json_value(value))), text.substr(value.size()));
}

Result<std::optional<std::string>> select_json(std::string_view json, std::string_view path) {
  std::optional<std::string> selected;
  if (!valid_json(json)) return selected;
  JsonSelector selector(std::max(kLeastBudget, json.size() * kReadings));
  const auto found = selector.get(first_json_value(json), path);
  if (selector.exhausted())
    return fail("load/json-path",
                "the selector of json() is nested too deeply, or makes more of the "
                "response than fits");
  if (found) selected = std::string(*found);
  return selected;
}

}  // namespace crema::load
