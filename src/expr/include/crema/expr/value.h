// The values of GitHub's expression language: null, boolean, number, string, array, object, with
// the coercions of actions/runner src/Sdk/Expressions (EvaluationResult).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace crema::expr {

class Value;
class Object;
using Array = std::vector<Value>;
using ArrayPtr = std::shared_ptr<const Array>;
using ObjectPtr = std::shared_ptr<const Object>;

enum class Kind : std::uint8_t { null, boolean, number, string, array, object };

// Immutable and cheap to copy: arrays and objects are shared, because GitHub compares them by
// identity.
class Value {
 public:
  Value() = default;
  Value(bool value) : data_(value) {}
  Value(double value) : data_(value) {}
  Value(int value) : data_(static_cast<double>(value)) {}
  Value(std::string value) : data_(std::move(value)) {}
  Value(std::string_view value) : data_(std::string(value)) {}
  Value(const char* value) : data_(std::string(value)) {}
  Value(Array items);
  Value(Object members);
  Value(ArrayPtr items) : data_(std::move(items)) {}
  Value(ObjectPtr members) : data_(std::move(members)) {}

  Kind kind() const { return static_cast<Kind>(data_.index()); }
  bool is_null() const { return kind() == Kind::null; }
  bool is_primitive() const { return kind() < Kind::array; }

  bool as_boolean() const { return std::get<bool>(data_); }
  double as_number() const { return std::get<double>(data_); }
  const std::string& as_string() const { return std::get<std::string>(data_); }
  const Array& as_array() const { return *std::get<ArrayPtr>(data_); }
  const Object& as_object() const;
  const ArrayPtr& array_ptr() const { return std::get<ArrayPtr>(data_); }
  const ObjectPtr& object_ptr() const { return std::get<ObjectPtr>(data_); }

  bool truthy() const;          // false for null, false, 0, NaN, ''
  double to_number() const;     // NaN where there is no number
  std::string to_text() const;  // as `${{ }}` prints it: 'Array' and 'Object' for collections
  bool equals(const Value& other) const;  // the language's ==
  // The member of an object, or null: never an error, as in the language.
  Value member(std::string_view name) const;

 private:
  std::variant<std::monostate, bool, double, std::string, ArrayPtr, ObjectPtr> data_;
};

// Members in the order they were added. Names are looked up ignoring ASCII case, as contexts are,
// unless the object is case sensitive, as `env` is on Linux.
class Object {
 public:
  using Member = std::pair<std::string, Value>;
  enum class Case : std::uint8_t { ignored, significant };

  Object() = default;
  explicit Object(Case names) : names_(names) {}
  Object(std::initializer_list<Member> members);

  void set(std::string name, Value value);  // replaces a member of that name
  void erase(std::string_view name);
  const Value* find(std::string_view name) const;
  const std::vector<Member>& members() const { return members_; }
  bool empty() const { return members_.empty(); }
  Case names() const { return names_; }

 private:
  std::string key(std::string_view name) const;
  std::size_t position(std::string_view name) const;
  void rebuild_index();

  std::vector<Member> members_;
  std::unordered_map<std::string, std::size_t> index_;  // by key; only of a large object
  Case names_ = Case::ignored;
};

// GitHub's number to text (G15; -0 is 0), and text to number (trim, 0x, 0o, Infinity; else NaN).
std::string number_to_text(double number);
double text_to_number(std::string_view text);

// toJSON(): two spaces, members in order, no HTML escapes; [] and {} compact.
std::string to_json(const Value& value);
// fromJSON(): nullopt where `text` is not JSON; `error` then says why.
std::optional<Value> from_json(std::string_view text, std::string* error = nullptr);

}  // namespace crema::expr
