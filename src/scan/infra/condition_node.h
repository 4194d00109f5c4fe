// The parts a condition is made of, once read.
#pragma once

#include "crema/scan/infra/condition.h"

#include <re2/re2.h>

#include <memory>
#include <string>
#include <vector>

namespace crema::scan {

// One test of the places a path leads to.
struct ConditionTest {
  enum class Kind : char {
    exists,
    one_of,  // equals, in
    none_of,
    regex,
    not_regex,
    key_regex,
    less_than,
    at_most,
    greater_than,
    at_least,
    contains,
    any,
    all,
    none,
    count_at_least,
    count_at_most,
    is_kind,
  };
  Kind kind = Kind::exists;
  bool wanted = true;               // exists
  std::vector<std::string> values;  // one_of, none_of, contains; "list" of is_kind
  double number = 0;
  std::unique_ptr<re2::RE2> expression;
  std::shared_ptr<const Condition::Node> inner;  // any, all, none
};

struct Condition::Node {
  enum class Kind : char { all_of, any_of, not_of, path };
  Kind kind = Kind::all_of;
  std::vector<std::shared_ptr<const Node>> parts;
  YamlPath path;
  std::vector<std::unique_ptr<ConditionTest>> tests;
};

}  // namespace crema::scan
