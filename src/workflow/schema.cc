#include "schema.h"

#include "events.h"

#include <algorithm>
#include <cctype>
#include <limits>
#include <set>
#include <stdexcept>

namespace crema::workflow {

std::string_view embedded(std::string_view name);

namespace {

struct Visibility {
  std::vector<std::string> contexts;
  std::vector<expr::FunctionSignature> functions;
};

// Reads the schema language (its grammar stands at the top of workflow.schema).
class SchemaReader {
 public:
  SchemaReader(std::string_view text, std::vector<std::unique_ptr<Shape>>& shapes)
      : text_(text), shapes_(shapes) {}

  std::map<std::string, Shape*, std::less<>> read(
      std::map<std::string, std::vector<std::string>> words) {
    declare_built_ins();
    for (auto& [name, constants] : words) named(name).constants = std::move(constants);
    std::set<std::string> defined;
    for (const auto& [name, shape] : names_) defined.insert(name);
    for (skip(); at_ < text_.size(); skip()) {
      std::string name = word();
      if (name == "contexts") {
        name = word();
        expect('=');
        sets_[name] = visibility();
      } else {
        expect('=');
        type(named(name));
        defined.insert(name);
      }
    }
    for (const auto& [name, shape] : names_) {
      if (!defined.contains(name)) throw std::logic_error("schema: " + name + " is not defined");
    }
    for (auto& shape : shapes_) resolve(*shape);
    return names_;
  }

 private:
  void declare_built_ins() {
    named("null").null = named("boolean").boolean = named("number").number = true;
    named("text").text = named("text+").text = named("text+").non_empty = true;
    Shape& any = named("any");
    any.null = any.boolean = any.number = any.text = true;
    any.item = &any;
    any.mappings.push_back({{}, &named("text"), &any});
  }

  Shape& make() { return *shapes_.emplace_back(std::make_unique<Shape>()); }

  Shape& named(const std::string& name) {
    auto& slot = names_[name];
    if (slot == nullptr) slot = &make();
    return *slot;
  }

  // A type of its own, or the named one when it is nothing but that.
  const Shape* type_reference() {
    Shape& own = make();
    type(own);
    const auto& parts = parts_[&own];
    const bool alias = parts.size() == 1 && own.item == nullptr && own.mappings.empty() &&
                       own.constants.empty() && !own.adds_vocabulary();
    return alias ? parts.front() : &own;
  }

  void type(Shape& shape) {
    do {
      alternative(shape);
    } while (take('|'));
    if (take_word("sees")) {
      Visibility seen = visibility();
      shape.contexts = std::move(seen.contexts);
      shape.functions = std::move(seen.functions);
    }
  }

  void alternative(Shape& shape) {
    if (take('[')) {
      shape.item = type_reference();
      expect(']');
    } else if (take('{')) {
      // Types inside may add mappings elsewhere, never here: `shape` is complete when it returns.
      MappingShape mapping = mapping_body();
      shape.mappings.push_back(std::move(mapping));
    } else if (take('"')) {
      const auto end = text_.find('"', at_);
      shape.constants.emplace_back(text_.substr(at_, end - at_));
      at_ = end + 1;
    } else {
      const std::string name = word();
      parts_[&shape].push_back(&named(name));
    }
  }

  MappingShape mapping_body() {
    MappingShape mapping;
    while (!take('}')) {
      if (take('<')) {
        mapping.loose_key = type_reference();
        expect('>');
        expect(':');
        mapping.loose_value = type_reference();
        continue;
      }
      Property property;
      property.key = word();
      if (take('!')) property.need = Need::required;
      if (take('~')) property.need = Need::required_by_github;
      expect(':');
      property.shape = type_reference();
      mapping.properties.push_back(std::move(property));
    }
    return mapping;
  }

  // Names up to the end of the line.
  Visibility visibility() {
    Visibility seen;
    for (skip_blanks(); at_ < text_.size() && !ends_list(text_[at_]); skip_blanks()) {
      if (text_[at_] == '@') {
        ++at_;
        const Visibility& set = sets_.at(word());
        seen.contexts.insert(seen.contexts.end(), set.contexts.begin(), set.contexts.end());
        seen.functions.insert(seen.functions.end(), set.functions.begin(), set.functions.end());
        continue;
      }
      std::string name = word();
      if (at_ >= text_.size() || text_[at_] != '(') {
        seen.contexts.push_back(std::move(name));
        continue;
      }
      ++at_;
      expr::FunctionSignature function{.name = std::move(name)};
      function.min_arguments = count();
      expect(',');
      function.max_arguments = count();
      expect(')');
      seen.functions.push_back(std::move(function));
    }
    return seen;
  }

  static bool ends_list(char c) { return c == '\n' || c == '}' || c == ']'; }

  int count() {
    if (take('*')) return std::numeric_limits<int>::max();
    return std::stoi(word());
  }

  // Merges the named alternatives into the type that lists them.
  void resolve(Shape& shape) {
    const auto found = parts_.find(&shape);
    if (found == parts_.end()) return;
    const std::vector<Shape*> parts = std::move(found->second);
    parts_.erase(found);
    for (Shape* part : parts) {
      resolve(*part);
      shape.null |= part->null;
      shape.boolean |= part->boolean;
      shape.number |= part->number;
      shape.text |= part->text;
      shape.non_empty |= part->non_empty;
      if (part->item != nullptr) shape.item = part->item;
      shape.constants.insert(shape.constants.end(), part->constants.begin(), part->constants.end());
      shape.mappings.insert(shape.mappings.end(), part->mappings.begin(), part->mappings.end());
      shape.contexts.insert(shape.contexts.end(), part->contexts.begin(), part->contexts.end());
      shape.functions.insert(shape.functions.end(), part->functions.begin(), part->functions.end());
    }
  }

  static bool names(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '+';
  }

  std::string word() {
    skip();
    const auto start = at_;
    while (at_ < text_.size() && names(text_[at_])) ++at_;
    if (at_ == start) fail_here("a name");
    return std::string(text_.substr(start, at_ - start));
  }

  bool take_word(std::string_view wanted) {
    skip();
    if (!text_.substr(at_).starts_with(wanted) || names(text_[at_ + wanted.size()])) return false;
    at_ += wanted.size();
    return true;
  }

  bool take(char c) {
    skip();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  void expect(char c) {
    if (!take(c)) fail_here(std::string(1, c));
  }

  void skip_blanks() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }

  void skip() {
    while (at_ < text_.size()) {
      if (text_[at_] == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (std::isspace(static_cast<unsigned char>(text_[at_])) == 0) {
        return;
      } else {
        ++at_;
      }
    }
  }

  [[noreturn]] void fail_here(const std::string& wanted) const {
    throw std::logic_error("schema: expected " + wanted + " before '" +
                           std::string(text_.substr(at_, 30)) + "'");
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<std::unique_ptr<Shape>>& shapes_;
  std::map<std::string, Shape*, std::less<>> names_;
  std::map<const Shape*, std::vector<Shape*>> parts_;  // alternatives named, not yet merged
  std::map<std::string, Visibility> sets_;
};

}  // namespace

const Property* MappingShape::find(std::string_view key) const {
  const auto found = std::find_if(properties.begin(), properties.end(),
                                  [&](const Property& property) { return property.key == key; });
  return found == properties.end() ? nullptr : &*found;
}

Schema::Schema(std::string_view text, std::map<std::string, std::vector<std::string>> words) {
  for (const auto& [name, shape] : SchemaReader(text, shapes_).read(std::move(words)))
    named_.emplace(name, shape);
}

const Shape& Schema::shape(std::string_view name) const {
  const auto found = named_.find(name);
  if (found == named_.end()) throw std::logic_error("schema: no type " + std::string(name));
  return *found->second;
}

const Schema& workflow_schema() {
  static const Schema schema(embedded("workflow.schema"), {{"event", event_names()}});
  return schema;
}

const Schema& action_schema() {
  static const Schema schema(embedded("action.schema"), {});
  return schema;
}

expr::Vocabulary vocabulary_of(const Shape& shape) {
  return {.contexts = {shape.contexts.begin(), shape.contexts.end()}, .functions = shape.functions};
}

const expr::Vocabulary& every_context() {
  static const expr::Vocabulary all{
      .contexts = {"github", "inputs", "vars", "needs", "strategy", "matrix", "secrets", "steps",
                   "job", "runner", "env", "jobs"},
      .functions = {{"always", 0, 0},
                    {"cancelled", 0, 0},
                    {"failure", 0, std::numeric_limits<int>::max()},
                    {"success", 0, std::numeric_limits<int>::max()},
                    {"hashFiles", 1, 255}}};
  return all;
}

}  // namespace crema::workflow
