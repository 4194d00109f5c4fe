// Codecs of numbers, texts, lists and maps of texts.
#include "number_text.h"
#include "option_codecs.h"

#include "crema/base/strings.h"
#include "crema/formats/json.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace crema::load::codec {
namespace {

constexpr std::string_view kWholeNumber = "a whole number";
constexpr std::string_view kDuration =
    "a duration (\"30s\", \"1m30s\") or a number of milliseconds";
constexpr std::string_view kTimeUnit = "\"s\", \"ms\" or \"us\"";

// The tags that k6 knows, as metrics have them; sorted.
constexpr std::array<std::string_view, 18> kSystemTags = {
    "check",   "error",  "error_code", "expected_response", "group", "ip",
    "iter",    "method", "name",       "ocsp_status",       "proto", "scenario",
    "service", "status", "subproto",   "tls_version",       "url",   "vu"};

// As k6 reads one: a sign before it may also be +.
std::optional<std::int64_t> signed_number(std::string_view text) {
  const bool plus = text.starts_with("+") && !text.starts_with("+-");
  return whole_number(text.substr(plus ? 1 : 0));
}

bool is_time_unit(std::string_view text) { return text == "s" || text == "ms" || text == "us"; }

Texts known_tags(const Texts& tags) {
  Texts known;
  for (const std::string_view tag : kSystemTags) {
    if (std::find(tags.begin(), tags.end(), tag) != tags.end()) known.emplace_back(tag);
  }
  return known;
}

}  // namespace

bool Boolean::read(const JsonInput& input, bool& value) {
  if (!input.value().is_boolean()) return input.wrong("true or false");
  value = input.value().get<bool>();
  return true;
}

bool Boolean::read(const TextInput& input, bool& value) {
  const std::string text = to_lower(input.value());
  value = text == "true" || text == "t" || text == "1";
  if (value || text == "false" || text == "f" || text == "0") return true;
  return input.wrong(input.value(), "true or false");
}

bool Integer::read(const JsonInput& input, std::int64_t& value) {
  const Json& json = input.value();
  if (json.is_string()) {
    const auto number = signed_number(json.get_ref<const std::string&>());
    value = number.value_or(0);
    return number ? true : input.wrong(kWholeNumber);
  }
  if (json.is_number_unsigned() && json.get<std::uint64_t>() > INT64_MAX) {
    return input.wrong("a whole number of 63 bits");
  }
  if (json.is_number_float()) {
    const auto number = json.get<double>();
    if (std::trunc(number) != number || std::abs(number) >= 0x1p63)
      return input.wrong(kWholeNumber);
    value = static_cast<std::int64_t>(number);
    return true;
  }
  if (!json.is_number()) return input.wrong(kWholeNumber);
  value = json.get<std::int64_t>();
  return true;
}

bool Integer::read(const TextInput& input, std::int64_t& value) {
  const auto number = signed_number(input.value());
  value = number.value_or(0);
  return number ? true : input.wrong(input.value(), kWholeNumber);
}

bool Duration::read(const JsonInput& input, Nanoseconds& value) {
  const Json& json = input.value();
  if (!json.is_string() && !json.is_number()) return input.wrong(kDuration);
  const auto duration = json.is_string() ? parse_duration(json.get_ref<const std::string&>())
                                         : duration_of_milliseconds(json.get<double>());
  if (!duration) return input.problem("`" + input.path() + "`: " + duration.error().message);
  value = *duration;
  return true;
}

bool Duration::read(const TextInput& input, Nanoseconds& value) {
  const auto duration =
      parse_duration(input.value(), input.flag() ? BareNumber::refused : BareNumber::milliseconds);
  if (!duration) return input.wrong(input.value(), "a duration (30s, 1m30s)");
  value = *duration;
  return true;
}

bool Text::read(const JsonInput& input, std::string& value) {
  if (!input.value().is_string()) return input.wrong("a text");
  value = input.value().get<std::string>();
  return true;
}

bool Text::read(const TextInput& input, std::string& value) {
  value = input.value();
  return true;
}

bool TimeUnit::read(const JsonInput& input, std::string& value) {
  if (!Text::read(input, value)) return false;
  if (is_time_unit(value)) return true;
  input.warning("load/option", "`" + input.path() + "` is none of " + std::string(kTimeUnit) +
                                   " and has no effect");
  return false;
}

bool TimeUnit::read(const TextInput& input, std::string& value) {
  value = input.value();
  return is_time_unit(value) ? true : input.wrong(value, kTimeUnit);
}

bool TextList::read(const JsonInput& input, Texts& value) {
  if (!input.value().is_array()) return input.wrong("a list of texts");
  bool well = true;
  for (std::size_t i = 0; i < input.value().size(); ++i) {
    std::string text;
    const JsonInput item = input.item(i);
    well = Text::read(item, text) && well;
    value.push_back(std::move(text));
  }
  return well;
}

bool TextList::read(const TextInput& input, Texts& value) {
  value = input.list();
  return true;
}

bool WholeTexts::read(const TextInput& input, Texts& value) {
  value = input.flag() ? input.values() : input.list();
  return true;
}

bool Tags::read(const JsonInput& input, TextMap& value) {
  if (!input.value().is_object()) return input.wrong("an object of texts");
  bool well = true;
  for (const auto& [name, json] : input.value().items()) {
    std::string text;
    if (!json.is_null()) well = Text::read(input.member(name, json), text) && well;
    value.insert_or_assign(name, std::move(text));
  }
  return well;
}

bool Tags::read(const TextInput& input, TextMap& value) {
  const char separator = input.flag() ? '=' : ':';
  for (const std::string& tag : input.flag() ? input.values() : input.list()) {
    const auto at = tag.find(separator);
    if (at == std::string::npos || at == 0 || at + 1 == tag.size()) {
      return input.wrong(tag, input.flag() ? "name=value" : "name:value");
    }
    value.insert_or_assign(tag.substr(0, at), tag.substr(at + 1));
  }
  return true;
}

bool SystemTags::read(const JsonInput& input, Texts& value) {
  Texts tags;
  if (!TextList::read(input, tags)) return false;
  // As in k6, an empty list is no wish for none.
  if (tags.empty()) return false;
  value = known_tags(tags);
  return true;
}

bool SystemTags::read(const TextInput& input, Texts& value) {
  Texts tags = input.list();
  for (std::string& tag : tags) tag = trim(tag);
  value = known_tags(tags);
  return true;
}

bool AnyJson::read(const JsonInput& input, std::string& value) {
  value = formats::json_text(input.value(), formats::JsonLayout::compact);
  return true;
}

Json AnyJson::write(const std::string& value) { return Json::parse(value, nullptr, false); }

}  // namespace crema::load::codec
