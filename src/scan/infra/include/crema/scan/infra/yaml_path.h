// A path into a tree of YAML, as rules write it, and the places it leads to.
//
//     securityContext.privileged          a key in a key
//     ports[*].hostPort                   all items of a list, or one: [0]
//     metadata.labels.*                   all values of a mapping
//     spec.**.hostPath                    at any depth
//     metadata.annotations["a.b/c"]       a key with dots
//     .                                   where the path begins, itself
//     $.metadata.name, $pod.hostPID       from another beginning that the framework gives
#pragma once

#include "crema/base/result.h"
#include "crema/formats/yaml.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crema::scan {

// A node with the key that leads to it: a finding points at the key, where there is one.
struct YamlPlace {
  formats::YamlPtr key;    // null for an item of a list and for a document
  formats::YamlPtr value;  // null: there is no such place
};

// What is there under a key: the last one of that name, and nothing where its value is null, as
// Kubernetes and Compose have it.
YamlPlace child(const formats::YamlNode& node, std::string_view key);
// The text of a scalar that a path of keys between dots leads to; "" where there is none.
std::string_view text_at(const formats::YamlPtr& node, std::string_view keys);
// The node that a path of keys between dots leads to; null where there is none.
formats::YamlPtr node_at(const formats::YamlPtr& node, std::string_view keys);
bool is_null(const formats::YamlNode& node);
// A plain true, or what YAML 1.1 takes for it.
bool is_true(const formats::YamlNode& node);
bool is_false(const formats::YamlNode& node);

class YamlPath {
 public:
  // `span` is where the text stands, for errors: "rule/path".
  static Result<YamlPath> parse(std::string_view text, const Span& span);

  // "$" or "$pod" where it begins elsewhere than with what a rule looks at, "" else.
  const std::string& beginning() const { return beginning_; }
  // The places it leads to, in their order.
  std::vector<YamlPlace> places(const YamlPlace& from) const;
  // Where a place that is not there would be: the deepest one on the way, down to `from` itself.
  YamlPlace nearest(const YamlPlace& from) const;

 private:
  enum class Kind : char { key, item, all_items, all_values, any_depth };
  struct Step {
    Kind kind = Kind::key;
    std::string key;
    std::size_t index = 0;
  };
  std::string beginning_;
  std::vector<Step> steps_;

  void follow(const YamlPlace& from, std::size_t step, std::vector<YamlPlace>& found) const;
  static void take(const Step& step, const YamlPlace& from, std::vector<YamlPlace>& found);
  friend class PathReader;
};

}  // namespace crema::scan
