#include "matrix.h"

#include "coerce.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>

namespace crema::workflow {
namespace {

using expr::Array;
using expr::Kind;
using expr::Object;
using expr::Value;

// No product of vectors this large can come down to 256 by anything one would write.
constexpr std::size_t kMaxProduct = 1'000'000;

struct Vector {
  std::string name;
  expr::ArrayPtr values;
};

// An item of `include`: the values under names of vectors select, the others are added.
struct Include {
  Object filter;
  Object extra;
  bool matched = false;
};

Diagnostic matrix_error(std::string message, const Span& span) {
  return make_error("workflow/matrix", std::move(message), span);
}

// Whether every leaf of `filter` equals, in the language's sense, what stands at the same place in
// `value`: a filter may name only a part of a combination, at any depth.
bool matches(const Value& filter, const Value& value) {
  if (filter.kind() == Kind::object) {
    const auto& members = filter.as_object().members();
    return std::all_of(members.begin(), members.end(), [&](const Object::Member& member) {
      return matches(member.second, value.member(member.first));
    });
  }
  if (filter.kind() == Kind::array) {
    const Array& items = filter.as_array();
    for (std::size_t i = 0; i < items.size(); ++i) {
      const bool there = value.kind() == Kind::array && i < value.as_array().size();
      if (!matches(items[i], there ? value.as_array()[i] : Value())) return false;
    }
    return true;
  }
  return value.equals(filter);
}

void append_segments(std::vector<std::string>& segments, const Value& value) {
  if (value.kind() == Kind::object) {
    for (const auto& [name, member] : value.as_object().members())
      append_segments(segments, member);
  } else if (value.kind() == Kind::array) {
    for (const Value& item : value.as_array()) append_segments(segments, item);
  } else if (std::string text = value.to_text(); !text.empty()) {
    segments.push_back(std::move(text));
  }
}

class MatrixBuilder {
 public:
  explicit MatrixBuilder(const Token& written) : written_(written) {}

  Result<std::vector<Instance>> build(const Value& matrix) {
    CREMA_TRY(read(matrix));
    const std::size_t product = CREMA_TRY(product_size());
    for (std::size_t i = 0; i < product; ++i) CREMA_TRY(add_combination(i, product));
    for (const Include& include : includes_) {
      if (include.matched) continue;
      Object combination = include.filter;
      for (const auto& [name, value] : include.extra.members()) combination.set(name, value);
      CREMA_TRY(add(std::move(combination), {}));
    }
    for (std::size_t i = 0; i < instances_.size(); ++i) {
      instances_[i].index = i;
      instances_[i].total = instances_.size();
    }
    return std::move(instances_);
  }

 private:
  const Span& span_of(std::string_view key) const {
    const Token* token = written_.find(key);
    return token == nullptr ? written_.span : token->span;
  }

  Result<> read(const Value& matrix) {
    const expr::ObjectPtr members = CREMA_TRY(to_mapping(matrix, written_.span));
    for (const auto& [name, value] : members->members()) {
      if (name == "include" || name == "exclude") continue;
      if (value.kind() != Kind::array) return crema::fail(unexpected_value(value, span_of(name)));
      if (value.as_array().empty())
        return crema::fail(matrix_error(
            fmt::format("Matrix vector '{}' does not contain any values", name), span_of(name)));
      vectors_.push_back({name, value.array_ptr()});
    }
    CREMA_TRY(read_excludes(matrix.member("exclude")));
    CREMA_TRY(read_includes(matrix.member("include")));
    if (vectors_.empty() && includes_.empty())
      return crema::fail(matrix_error("Matrix must define at least one vector", written_.span));
    return {};
  }

  bool is_vector(std::string_view name) const {
    return std::any_of(vectors_.begin(), vectors_.end(),
                       [&](const Vector& vector) { return equals_ignore_case(vector.name, name); });
  }

  Result<> read_excludes(const Value& list) {
    if (list.is_null()) return {};
    const Span& span = span_of("exclude");
    const expr::ArrayPtr items = CREMA_TRY(to_sequence(list, span));
    for (const Value& item : *items) {
      const expr::ObjectPtr filter = CREMA_TRY(to_mapping(item, span));
      if (filter->empty())
        return crema::fail(matrix_error("Matrix exclude filter must not be empty", span));
      for (const auto& [name, value] : filter->members())
        if (!is_vector(name))
          return crema::fail(matrix_error(
              fmt::format("Matrix exclude key '{}' does not match any key within the matrix", name),
              span));
      excludes_.emplace_back(filter);
    }
    return {};
  }

  Result<> read_includes(const Value& list) {
    if (list.is_null()) return {};
    const Span& span = span_of("include");
    const expr::ArrayPtr items = CREMA_TRY(to_sequence(list, span));
    for (const Value& item : *items) {
      const expr::ObjectPtr members = CREMA_TRY(to_mapping(item, span));
      if (members->empty())
        return crema::fail(
            matrix_error("Matrix include mapping does not contain any values", span));
      Include& include = includes_.emplace_back();
      for (const auto& [name, value] : members->members())
        (is_vector(name) ? include.filter : include.extra).set(name, value);
    }
    return {};
  }

  Result<std::size_t> product_size() const {
    if (vectors_.empty()) return std::size_t{0};
    std::size_t product = 1;
    for (const Vector& vector : vectors_) {
      product *= vector.values->size();
      if (product > kMaxProduct)
        return crema::fail(matrix_error(
            fmt::format("the matrix has more than {} combinations before `exclude`", kMaxProduct),
            written_.span));
    }
    return product;
  }

  Result<> add_combination(std::size_t number, std::size_t product) {
    Object combination;
    std::size_t block = product;
    for (const Vector& vector : vectors_) {
      block /= vector.values->size();
      combination.set(vector.name, (*vector.values)[number / block % vector.values->size()]);
    }
    const Value value(combination);
    for (const Value& exclude : excludes_)
      if (matches(exclude, value)) return {};
    Object extra;
    for (Include& include : includes_) {
      if (!matches(Value(include.filter), value)) continue;
      include.matched = true;
      for (const auto& [name, added] : include.extra.members()) extra.set(name, added);
    }
    return add(std::move(combination), extra);
  }

  // Values that an include added do not show in the name, as on GitHub.
  Result<> add(Object combination, const Object& extra) {
    if (instances_.size() == kMaxInstances) {
      Diagnostic error = matrix_error(
          fmt::format("the matrix has more than {} combinations", kMaxInstances), written_.span);
      error.hint = "split the job, or leave combinations out with `exclude:`";
      return crema::fail(std::move(error));
    }
    Instance& instance = instances_.emplace_back();
    append_segments(instance.name_parts, Value(combination));
    for (const auto& [name, value] : extra.members()) combination.set(name, value);
    instance.matrix = Value(std::move(combination));
    return {};
  }

  const Token& written_;
  std::vector<Vector> vectors_;
  std::vector<Value> excludes_;
  std::vector<Include> includes_;
  std::vector<Instance> instances_;
};

}  // namespace

Result<std::vector<Instance>> build_matrix(const Value& matrix, const Token& written) {
  return MatrixBuilder(written).build(matrix);
}

}  // namespace crema::workflow
