// What may stand where in a file, as data: types read once from an embedded text (workflow.schema,
// action.schema) in which each key names its type and what expressions may mention there.
#pragma once

#include "crema/expr/expression.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace crema::workflow {

struct Shape;

enum class Need : std::uint8_t { optional, required, required_by_github };

struct Property {
  std::string key;
  const Shape* shape = nullptr;
  Need need = Need::optional;
};

struct MappingShape {
  std::vector<Property> properties;
  const Shape* loose_key = nullptr;  // the type of any other key; nullptr: there are no others
  const Shape* loose_value = nullptr;

  const Property* find(std::string_view key) const;
};

// A type: the alternatives a value may be, flattened.
struct Shape {
  bool null = false, boolean = false, number = false;
  bool text = false, non_empty = false;
  std::vector<std::string> constants;
  const Shape* item = nullptr;  // of a sequence
  std::vector<MappingShape> mappings;
  std::vector<std::string> contexts;  // what it adds to those of the surrounding type
  std::vector<expr::FunctionSignature> functions;

  bool adds_vocabulary() const { return !contexts.empty() || !functions.empty(); }
};

class Schema {
 public:
  // A schema is part of the program: a mistake in it throws std::logic_error, and tests read both.
  // `words` are names for alternatives of constants that come from elsewhere ("event").
  Schema(std::string_view text, std::map<std::string, std::vector<std::string>> words);

  const Shape& shape(std::string_view name) const;

 private:
  std::vector<std::unique_ptr<Shape>> shapes_;
  std::map<std::string, const Shape*, std::less<>> named_;
};

const Schema& workflow_schema();
const Schema& action_schema();

// What an expression may mention where `shape` stands alone.
expr::Vocabulary vocabulary_of(const Shape& shape);
// Everything there is anywhere: what lenient reading falls back to.
const expr::Vocabulary& every_context();

}  // namespace crema::workflow
