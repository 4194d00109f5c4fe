#include "record_fields.h"

#include "crema/evidence/timestamp.h"
#include "crema/formats/json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <type_traits>

namespace crema::evidence {
namespace {

using Json = nlohmann::ordered_json;
using std::chrono::nanoseconds;

constexpr int kSchema = 1;
constexpr std::array<std::string_view, std::variant_size_v<Evidence>> kKinds = {
    "test_suite", "coverage", "scan", "load_run", "deployment", "health_check", "timing", "image"};

template <typename Enum>
constexpr std::size_t kValuesOf = 0;
template <>
constexpr std::size_t kValuesOf<TestOutcome> = 3;
template <>
constexpr std::size_t kValuesOf<FailureKind> = 8;
template <>
constexpr std::size_t kValuesOf<FindingSeverity> = 5;
template <>
constexpr std::size_t kValuesOf<FindingState> = 3;
template <>
constexpr std::size_t kValuesOf<Confidence> = 4;
template <>
constexpr std::size_t kValuesOf<Reach> = 5;
template <>
constexpr std::size_t kValuesOf<CoverageMode> = 3;

template <typename Type>
constexpr bool kHasFields = requires { sizeof(Fields<Type>); };

class JsonWriter {
 public:
  explicit JsonWriter(Json& json) : json_(json) {}

  template <typename Type>
  void field(const char* name, const Type& value, const Type& standard = {}) {
    if (!same(value, standard)) json_[name] = encode(value);
  }
  template <typename Type>
  void always(const char* name, const Type& value) {
    json_[name] = encode(value);
  }

 private:
  template <typename Type>
  static bool same(const Type& value, const Type& standard) {
    return value == standard;
  }
  template <typename Type>
  static bool same(const std::vector<Type>& value, const std::vector<Type>&) {
    return value.empty();
  }

  static Json encode(const std::string& value) { return value; }
  static Json encode(bool value) { return value; }
  static Json encode(double value) { return std::isfinite(value) ? Json(value) : Json(0); }
  static Json encode(nanoseconds value) { return static_cast<double>(value.count()) / 1e9; }
  static Json encode(Time value) { return timestamp_text(value); }
  template <typename Number>
    requires std::is_integral_v<Number>
  static Json encode(Number value) {
    return value;
  }
  template <typename Enum>
    requires std::is_enum_v<Enum>
  static Json encode(Enum value) {
    return std::string(to_text(value));
  }
  static Json encode(const CoverageBlock& it) {
    return {it.line, it.column, it.end_line, it.end_column, it.statements, it.count};
  }
  static Json encode(const CoverageBranch& it) { return {it.line, it.taken, it.ways}; }
  static Json encode(const std::vector<std::pair<std::string, nanoseconds>>& named) {
    Json json = Json::object();
    for (const auto& [name, value] : named) json[name] = encode(value);
    return json;
  }
  template <typename Type>
  static Json encode(const std::vector<Type>& items) {
    Json json = Json::array();
    for (const auto& item : items) json.push_back(encode(item));
    return json;
  }
  template <typename Type>
    requires kHasFields<Type>
  static Json encode(const Type& it) {
    Json json = Json::object();
    JsonWriter writer(json);
    Fields<Type>::visit(writer, it);
    return json;
  }

  Json& json_;
};

// Keeps the first thing that is wrong, with the path of the member.
class JsonReader {
 public:
  JsonReader(const Json& json, std::string path, std::optional<std::string>& problem)
      : json_(json), path_(std::move(path)), problem_(problem) {
    if (!json_.is_object()) wrong(path_, "an object");
  }

  template <typename Type>
  void field(const char* name, Type& value, const Type& = {}) {
    const auto found = json_.is_object() ? json_.find(name) : json_.end();
    if (json_.is_object() && found != json_.end()) decode(*found, value, member(name));
  }
  template <typename Type>
  void always(const char* name, Type& value) {
    if (json_.is_object() && !json_.contains(name)) {
      if (!problem_) problem_ = fmt::format("{} is missing", member(name));
      return;
    }
    field(name, value);
  }

 private:
  std::string member(const std::string& name) const {
    return path_.empty() ? name : path_ + "." + name;
  }
  void wrong(const std::string& path, std::string_view wanted) {
    if (!problem_)
      problem_ = fmt::format("{}: {} is expected", path.empty() ? "the record" : path, wanted);
  }

  void decode(const Json& json, std::string& value, const std::string& path) {
    if (!json.is_string()) return wrong(path, "a text");
    value = json.get<std::string>();
  }
  void decode(const Json& json, bool& value, const std::string& path) {
    if (!json.is_boolean()) return wrong(path, "true or false");
    value = json.get<bool>();
  }
  void decode(const Json& json, double& value, const std::string& path) {
    if (!json.is_number()) return wrong(path, "a number");
    value = json.get<double>();
  }
  void decode(const Json& json, nanoseconds& value, const std::string& path) {
    constexpr double kMost = 9e9;  // seconds that fit
    if (!json.is_number() || !(std::abs(json.get<double>()) < kMost))
      return wrong(path, "a number of seconds");
    value = nanoseconds(std::llround(json.get<double>() * 1e9));
  }
  void decode(const Json& json, Time& value, const std::string& path) {
    const auto time =
        json.is_string() ? parse_timestamp(json.get_ref<const std::string&>()) : std::nullopt;
    if (!time) return wrong(path, "a time (2026-01-31T12:00:00Z)");
    value = *time;
  }
  template <typename Number>
    requires std::is_integral_v<Number>
  void decode(const Json& json, Number& value, const std::string& path) {
    const bool whole =
        json.is_number_unsigned() || (json.is_number_integer() && json.get<std::int64_t>() >= 0);
    if (!whole || json.get<std::uint64_t>() > std::numeric_limits<Number>::max())
      return wrong(path, "a whole number");
    value = json.get<Number>();
  }
  template <typename Enum>
    requires std::is_enum_v<Enum>
  void decode(const Json& json, Enum& value, const std::string& path) {
    std::string known;
    for (std::size_t i = 0; i < kValuesOf<Enum>; ++i) {
      const auto candidate = static_cast<Enum>(i);
      if (json.is_string() && json.get_ref<const std::string&>() == to_text(candidate)) {
        value = candidate;
        return;
      }
      if (!to_text(candidate).empty())
        known += (known.empty() ? "" : ", ") + std::string(to_text(candidate));
    }
    wrong(path, "one of " + known);
  }
  template <typename... Number>
  void decode_numbers(const Json& json, const std::string& path, Number&... numbers) {
    if (!json.is_array() || json.size() != sizeof...(numbers))
      return wrong(path, fmt::format("an array of {} numbers", sizeof...(numbers)));
    std::size_t at = 0;
    ((decode(json[at], numbers, fmt::format("{}[{}]", path, at)), ++at), ...);
  }
  void decode(const Json& json, CoverageBlock& it, const std::string& path) {
    decode_numbers(json, path, it.line, it.column, it.end_line, it.end_column, it.statements,
                   it.count);
  }
  void decode(const Json& json, CoverageBranch& it, const std::string& path) {
    decode_numbers(json, path, it.line, it.taken, it.ways);
  }
  void decode(const Json& json, std::vector<std::pair<std::string, nanoseconds>>& named,
              const std::string& path) {
    if (!json.is_object()) return wrong(path, "an object");
    for (const auto& [name, value] : json.items()) {
      nanoseconds duration{0};
      decode(value, duration, fmt::format("{}.{}", path, name));
      named.emplace_back(name, duration);
    }
  }
  template <typename Type>
  void decode(const Json& json, std::vector<Type>& items, const std::string& path) {
    if (!json.is_array()) return wrong(path, "an array");
    items.reserve(json.size());
    for (const auto& entry : json) {
      decode(entry, items.emplace_back(), fmt::format("{}[{}]", path, items.size() - 1));
      if (problem_) return;
    }
  }
  template <typename Type>
    requires kHasFields<Type>
  void decode(const Json& json, Type& it, const std::string& path) {
    JsonReader reader(json, path, problem_);
    Fields<Type>::visit(reader, it);
  }

  const Json& json_;
  const std::string path_;
  std::optional<std::string>& problem_;
};

// The alternative that is called so, empty.
template <std::size_t At = 0>
std::optional<Evidence> empty_evidence(std::string_view kind) {
  if constexpr (At == std::variant_size_v<Evidence>) {
    return std::nullopt;
  } else {
    if (kKinds[At] == kind) return Evidence(std::in_place_index<At>);
    return empty_evidence<At + 1>(kind);
  }
}

}  // namespace

std::string_view kind_of(const Evidence& evidence) { return kKinds[evidence.index()]; }

std::string to_json(const Record& record) {
  Json json = {{"schema", kSchema}, {"kind", std::string(kind_of(record.evidence))}};
  Json origin = Json::object();
  JsonWriter origin_writer(origin);
  Fields<Origin>::visit(origin_writer, record.origin);
  json["origin"] = std::move(origin);
  JsonWriter writer(json);
  std::visit([&]<typename Type>(const Type& evidence) { Fields<Type>::visit(writer, evidence); },
             record.evidence);
  return formats::json_text(json, formats::JsonLayout::compact);
}

Result<Record> record_from_json(std::string_view text) {
  const auto source = std::make_shared<SourceFile>("evidence", std::string(text));
  const auto json = CREMA_TRY(formats::parse_json(source));
  std::optional<std::string> problem;
  JsonReader reader(json, "", problem);
  std::uint32_t schema = 0;
  std::string kind;
  reader.always("schema", schema);
  reader.always("kind", kind);
  Record record;
  if (!problem && schema != kSchema)
    problem = fmt::format("schema {} is not known: this crema reads schema {}", schema, kSchema);
  auto evidence = empty_evidence(kind);
  if (!problem && !evidence) problem = fmt::format("kind: '{}' is no kind of evidence", kind);
  if (!problem) {
    if (json.contains("origin")) {
      JsonReader origin(json["origin"], "origin", problem);
      Fields<Origin>::visit(origin, record.origin);
    }
    record.evidence = std::move(*evidence);
    std::visit([&]<typename Type>(Type& it) { Fields<Type>::visit(reader, it); }, record.evidence);
  }
  if (problem) {
    auto error = make_error("evidence/json", *problem);
    error.hint = "docs/evidence.md describes the members of each kind";
    return fail(std::move(error));
  }
  return record;
}

}  // namespace crema::evidence
