// A value on its way into an option, as JSON or as text, with what it is called and where problems
// with it go.
#pragma once

#include "json_place.h"

#include "crema/load/schedule/options_reading.h"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace crema::load {

using Json = nlohmann::ordered_json;

// Adds a problem unless there are too many already.
void add_problem(Problems& problems, Diagnostic problem);

// An error of options: nothing runs.
Diagnostic option_error(std::string code, std::string message, Span place = {});

// A value of a JSON document. It refers to the one it is in, which must outlive it.
class JsonInput {
 public:
  JsonInput(const Json& value, const SourcePtr& source, Problems& problems)
      : value_(value), source_(source), problems_(problems) {}

  const Json& value() const { return value_; }
  const SourcePtr& document() const { return source_; }
  JsonInput member(const std::string& name, const Json& value) const {
    return {*this, name, value};
  }
  JsonInput item(std::size_t index) const { return {*this, index, value_[index]}; }

  std::string path() const;  // scenarios.ramp.stages[1].target
  Span place() const;

  // Tells that the value is not what it must be; false, so that a reader can return it.
  bool wrong(std::string_view expected) const;
  bool problem(std::string message) const;
  void warning(std::string code, std::string message) const;

 private:
  JsonInput(const JsonInput& parent, JsonStep step, const Json& value)
      : value_(value),
        source_(parent.source_),
        problems_(parent.problems_),
        parent_(&parent),
        step_(std::move(step)) {}
  std::vector<JsonStep> steps() const;

  const Json& value_;
  const SourcePtr& source_;
  Problems& problems_;
  const JsonInput* parent_ = nullptr;
  JsonStep step_;
};

// A variable of the environment or a flag. A flag that is repeated has several values.
class TextInput {
 public:
  TextInput(std::string name, std::vector<std::string> values, bool flag, Problems& problems)
      : name_(std::move(name)), values_(std::move(values)), flag_(flag), problems_(problems) {}

  bool flag() const { return flag_; }
  const std::vector<std::string>& values() const { return values_; }
  const std::string& value() const { return values_.back(); }  // the last one counts
  // All values, taken apart at commas.
  std::vector<std::string> list() const;

  bool wrong(std::string_view value, std::string_view expected) const;
  bool problem(std::string message) const;

 private:
  std::string name_;  // K6_VUS, --vus
  std::vector<std::string> values_;
  bool flag_;
  Problems& problems_;
};

}  // namespace crema::load
