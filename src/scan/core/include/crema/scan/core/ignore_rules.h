// Which paths of a tree are left out: .gitignore and .cremaignore, as gitignore(5) has them.
//
// A rule belongs to the folder its file lies in. Of the rules that match, the last one of the
// deepest folder decides. A path below an ignored folder is ignored whatever its own rules say, so
// a walk need not go in.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

// One pattern: `*` and `?` stay within a name, `**` between slashes stands for any folders, `[a-z]`
// and `[!a-z]` are classes, `\` takes the next character as it is. Matching takes at most the
// product of both lengths.
class PathPattern {
 public:
  // With a slash at its start or within, it is held against the whole path; else against the name.
  explicit PathPattern(std::string_view text);
  // `path` without a slash at either end.
  bool matches(std::string_view path) const;

 private:
  enum class Kind : char { name, extension, whole, wildcards };
  Kind kind_ = Kind::wildcards;
  bool anchored_ = false;
  std::string text_;
  std::vector<std::string> segments_;  // of an anchored one; "**" is any folders
};

class IgnoreRules {
 public:
  // The lines of one ignore file; `folder` is where it lies, "" for the root of the tree.
  IgnoreRules(std::string folder, std::string_view text);

  enum class Answer : char { none, ignored, kept };
  // What these rules say of a path of the tree that lies in their folder, at any depth.
  Answer of(std::string_view path, bool is_folder) const;
  bool empty() const { return rules_.empty(); }

 private:
  struct Rule {
    PathPattern pattern;
    bool keeps = false;         // starts with !
    bool folders_only = false;  // ends with /
  };
  std::string folder_;
  std::vector<Rule> rules_;
};

}  // namespace crema::scan
