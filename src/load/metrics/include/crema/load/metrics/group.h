// The tree of a test's groups with the checks in them, as `group()` and `check()` made it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace crema::load {

struct Check {
  std::string name;
  std::uint64_t passes = 0;
  std::uint64_t fails = 0;
  std::uint64_t order = 0;  // its place among all checks of the tree, as they came
};

// Groups and checks keep the order in which they came. The root has an empty name and path; below
// it a path is "::outer::inner".
class Group {
 public:
  Group() = default;
  Group(Group* parent, std::string_view name);

  const std::string& name() const { return name_; }
  const std::string& path() const { return path_; }
  // Found, or made. Neither name may contain "::", which the caller has looked at. Pointers live as
  // long as the tree.
  Group* group(std::string_view name);
  Check* check(std::string_view name);

  const std::vector<std::unique_ptr<Group>>& groups() const { return groups_; }
  const std::vector<std::unique_ptr<Check>>& checks() const { return checks_; }
  // The path of a check, as its tag and its id have it: "::outer::name".
  std::string path_of(const Check& check) const { return path_ + "::" + check.name; }

  // Adds the counts of `other`, and what it has that this has not, behind what is there and in the
  // order in which it came there.
  void merge(const Group& other);
  // The counts as they are, in a tree of the same shape; this one starts from 0 again.
  Group take();

 private:
  // A check of another tree, and the group here that it belongs to.
  struct Merged {
    const Check* check;
    Group* into;
  };
  void merge_groups(const Group& other, std::vector<Merged>& checks);

  std::string name_;
  std::string path_;
  std::vector<std::unique_ptr<Group>> groups_;
  std::vector<std::unique_ptr<Check>> checks_;
  std::map<std::string, Group*, std::less<>> group_by_name_;
  std::map<std::string, Check*, std::less<>> check_by_name_;
  // How many checks the tree has; one number for all its groups.
  std::shared_ptr<std::uint64_t> tree_checks_ = std::make_shared<std::uint64_t>(0);
};

// The id k6 gives a group or check: the MD5 of its path in hexadecimal.
std::string path_id(std::string_view path);

}  // namespace crema::load
