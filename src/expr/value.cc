#include "crema/expr/value.h"

#include "case_fold.h"
#include "compare.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace crema::expr {
namespace {

// Below this many members a look-up by walking is quicker than one by hash.
constexpr std::size_t kIndexedFrom = 24;

// Both sides brought to one kind, as far as the language coerces: text meets a number as a number,
// null and booleans meet anything as a number. Collections are never coerced.
struct Pair {
  Value left;
  Value right;
};

bool coerces_to_number(const Value& value, const Value& other) {
  switch (value.kind()) {
    case Kind::null:
    case Kind::boolean:
      return value.kind() != other.kind();
    case Kind::string:
      return other.kind() == Kind::number || other.kind() == Kind::null ||
             other.kind() == Kind::boolean;
    default:
      return false;
  }
}

Pair coerce(const Value& left, const Value& right) {
  return {coerces_to_number(left, right) ? Value(left.to_number()) : left,
          coerces_to_number(right, left) ? Value(right.to_number()) : right};
}

bool equal_of_one_kind(const Value& left, const Value& right) {
  switch (left.kind()) {
    case Kind::null:
      return true;
    case Kind::boolean:
      return left.as_boolean() == right.as_boolean();
    case Kind::number:
      return left.as_number() == right.as_number();
    case Kind::string:
      return equals_folded(left.as_string(), right.as_string());
    case Kind::array:
      return left.array_ptr() == right.array_ptr();
    case Kind::object:
      return left.object_ptr() == right.object_ptr();
  }
  return false;
}

bool less_of_one_kind(const Value& left, const Value& right) {
  switch (left.kind()) {
    case Kind::boolean:
      return !left.as_boolean() && right.as_boolean();
    case Kind::number:
      return left.as_number() < right.as_number();
    case Kind::string:
      return compare_folded(left.as_string(), right.as_string()) < 0;
    default:
      return false;
  }
}

}  // namespace

Value::Value(Array items) : data_(std::make_shared<const Array>(std::move(items))) {}
Value::Value(Object members) : data_(std::make_shared<const Object>(std::move(members))) {}

const Object& Value::as_object() const { return *std::get<ObjectPtr>(data_); }

bool Value::truthy() const {
  switch (kind()) {
    case Kind::null:
      return false;
    case Kind::boolean:
      return as_boolean();
    case Kind::number:
      return as_number() != 0 && !std::isnan(as_number());
    case Kind::string:
      return !as_string().empty();
    default:
      return true;
  }
}

double Value::to_number() const {
  switch (kind()) {
    case Kind::null:
      return 0;
    case Kind::boolean:
      return as_boolean() ? 1 : 0;
    case Kind::number:
      return as_number();
    case Kind::string:
      return text_to_number(as_string());
    default:
      return std::numeric_limits<double>::quiet_NaN();
  }
}

std::string Value::to_text() const {
  switch (kind()) {
    case Kind::null:
      return "";
    case Kind::boolean:
      return as_boolean() ? "true" : "false";
    case Kind::number:
      return number_to_text(as_number());
    case Kind::string:
      return as_string();
    case Kind::array:
      return "Array";
    case Kind::object:
      return "Object";
  }
  return "";
}

bool Value::equals(const Value& other) const {
  if (kind() == other.kind()) return equal_of_one_kind(*this, other);
  const auto [left, right] = coerce(*this, other);
  return left.kind() == right.kind() && equal_of_one_kind(left, right);
}

bool less_than(const Value& left, const Value& right) {
  if (left.kind() == right.kind()) return less_of_one_kind(left, right);
  const auto [a, b] = coerce(left, right);
  return a.kind() == b.kind() && less_of_one_kind(a, b);
}

Value Value::member(std::string_view name) const {
  if (kind() != Kind::object) return {};
  const Value* found = as_object().find(name);
  return found == nullptr ? Value() : *found;
}

Object::Object(std::initializer_list<Member> members) {
  for (const Member& member : members) set(member.first, member.second);
}

std::string Object::key(std::string_view name) const {
  return names_ == Case::ignored ? fold_case(name) : std::string(name);
}

std::size_t Object::position(std::string_view name) const {
  if (!index_.empty()) {
    const auto found = index_.find(key(name));
    return found == index_.end() ? members_.size() : found->second;
  }
  const auto found = std::find_if(members_.begin(), members_.end(), [&](const Member& member) {
    return names_ == Case::ignored ? equals_folded(member.first, name) : member.first == name;
  });
  return static_cast<std::size_t>(found - members_.begin());
}

void Object::rebuild_index() {
  index_.clear();
  if (members_.size() < kIndexedFrom) return;
  for (std::size_t i = 0; i < members_.size(); ++i) index_.emplace(key(members_[i].first), i);
}

void Object::set(std::string name, Value value) {
  const std::size_t place = position(name);
  if (place < members_.size()) {
    members_[place].second = std::move(value);
    return;
  }
  members_.emplace_back(std::move(name), std::move(value));
  if (members_.size() == kIndexedFrom)
    rebuild_index();
  else if (members_.size() > kIndexedFrom)
    index_.emplace(key(members_.back().first), place);
}

void Object::erase(std::string_view name) {
  const std::size_t place = position(name);
  if (place == members_.size()) return;
  members_.erase(members_.begin() + static_cast<std::ptrdiff_t>(place));
  rebuild_index();
}

const Value* Object::find(std::string_view name) const {
  const std::size_t place = position(name);
  return place < members_.size() ? &members_[place].second : nullptr;
}

}  // namespace crema::expr
