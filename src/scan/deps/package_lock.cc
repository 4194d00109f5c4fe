// npm's lock file (https://docs.npmjs.com/cli/v11/configuring-npm/package-lock-json). It is read in
// one pass, because only so the lines are known.
#include "crema/formats/json.h"
#include "crema/scan/deps/locked_package.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <simdjson.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <utility>

namespace crema::scan {
namespace {

namespace od = simdjson::ondemand;
using simdjson::SUCCESS;

// npm nests as deep as versions conflict; nobody's tree comes near.
constexpr int kDeepest = 200;
constexpr std::size_t kLongestPlace = 4000;  // as long as a path may be
constexpr std::string_view kFolder = "node_modules/";

bool is_release(std::string_view version) {
  return !version.empty() && std::isdigit(static_cast<unsigned char>(version.front())) != 0 &&
         version.find_first_of("/:#") == std::string_view::npos;
}

// The lines of offsets that only grow.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {}
  std::uint32_t of(std::size_t offset) {
    offset = std::min(offset, text_.size());
    if (offset > at_) line_ += std::count(text_.begin() + at_, text_.begin() + offset, '\n');
    at_ = std::max(at_, offset);
    return static_cast<std::uint32_t>(line_);
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  std::ptrdiff_t line_ = 1;
};

class PackageLock {
 public:
  explicit PackageLock(const simdjson::padded_string& text)
      : begin_(text.data()), lines_({text.data(), text.size()}) {}

  bool read(od::document& document);
  LockFile take();

 private:
  const char* begin_;
  Lines lines_;
  LockFile file_;
  std::vector<LockedPackage> nested_;  // of version 1, which versions 2 and 3 have no use for
  std::map<std::string, std::vector<std::string>> wants_;  // names, by place
  std::set<std::string> direct_;                           // names
  bool flat_ = false;

  bool read_flat(od::object packages);
  bool read_root(od::object root);
  bool read_package(std::string key, od::object members, std::uint32_t line);
  bool read_nested(od::object packages, const std::string& around, int depth);
  bool read_names(od::value list, std::vector<std::string>& names);
  void settle_needs(std::vector<LockedPackage>& packages);
};

// A member of an object as it comes by; asked for in steps, because simdjson throws where a step
// that failed is taken for its value.
struct Member {
  std::string name;
  od::value value;
  const char* place = nullptr;  // of its key
};

bool read_member(simdjson::simdjson_result<od::field> field, Member& member) {
  std::string_view name;
  od::raw_json_string key;
  // The key's place is only known before its text is asked for.
  if (field.key().get(key) != SUCCESS || field.unescaped_key().get(name) != SUCCESS ||
      field.value().get(member.value) != SUCCESS)
    return false;
  member.place = key.raw();
  member.name = name;
  return true;
}

std::string text_of(od::value value) {
  std::string_view text;
  return value.get_string().get(text) == SUCCESS ? std::string(text) : std::string();
}

bool is_true(od::value value) {
  bool answer = false;
  return value.get_bool().get(answer) == SUCCESS && answer;
}

// The keys of an object; anything else has none.
bool PackageLock::read_names(od::value list, std::vector<std::string>& names) {
  od::object object;
  if (list.get_object().get(object) != SUCCESS) return true;
  for (auto field : object) {
    Member member;
    if (!read_member(field, member)) return false;
    names.push_back(std::move(member.name));
  }
  return true;
}

bool PackageLock::read_root(od::object root) {
  for (auto field : root) {
    Member member;
    if (!read_member(field, member)) return false;
    std::vector<std::string> names;
    if ((member.name == "dependencies" || member.name == "devDependencies" ||
         member.name == "optionalDependencies") &&
        !read_names(member.value, names))
      return false;
    direct_.insert(names.begin(), names.end());
  }
  return true;
}

// Takes a version apart into what it is and what it is from.
void set_version(LockedPackage& package, std::string version, const std::string& resolved) {
  if (version.starts_with("npm:")) {  // an alias, of version 1
    const auto at = version.rfind('@');
    package.name = version.substr(4, at - 4);
    version = version.substr(at + 1);
  }
  const bool from_git = resolved.starts_with("git") || resolved.starts_with("file:");
  if (is_release(version) && !from_git)
    package.version = std::move(version);
  else
    package.from = from_git ? resolved : version;
}

bool PackageLock::read_package(std::string key, od::object members, std::uint32_t line) {
  LockedPackage package{.place = key, .line = line};
  std::string version;
  std::string resolved;
  bool link = false;
  std::vector<std::string> wants;
  for (auto field : members) {
    Member member;
    if (!read_member(field, member)) return false;
    if (member.name == "version")
      version = text_of(member.value);
    else if (member.name == "name")
      package.name = text_of(member.value);
    else if (member.name == "resolved")
      resolved = text_of(member.value);
    else if (member.name == "integrity")
      package.integrity = text_of(member.value);
    else if (member.name == "link")
      link = is_true(member.value);
    else if (member.name == "dev" || member.name == "devOptional")
      package.development = package.development || is_true(member.value);
    else if (member.name == "dependencies" || member.name == "optionalDependencies")
      if (!read_names(member.value, wants)) return false;
  }
  const auto inside = key.rfind(kFolder);
  if (link || inside == std::string::npos) return true;  // a folder of the repository
  const auto installed = key.substr(inside + kFolder.size());
  if (package.name.empty()) package.name = installed;
  package.direct = inside == 0 && direct_.contains(installed);
  set_version(package, std::move(version), resolved);
  wants_[key] = std::move(wants);
  file_.packages.push_back(std::move(package));
  return true;
}

bool PackageLock::read_flat(od::object packages) {
  for (auto field : packages) {
    Member member;
    od::object members;
    if (!read_member(field, member) || member.value.get_object().get(members) != SUCCESS)
      return false;
    const auto line = lines_.of(static_cast<std::size_t>(member.place - begin_));
    if (!(member.name.empty() ? read_root(members)
                              : read_package(std::move(member.name), members, line)))
      return false;
  }
  return true;
}

bool PackageLock::read_nested(od::object packages, const std::string& around, int depth) {
  if (depth > kDeepest) return false;
  for (auto field : packages) {
    Member outer;
    od::object members;
    if (!read_member(field, outer) || outer.value.get_object().get(members) != SUCCESS)
      return false;
    LockedPackage package{.name = outer.name,
                          .place = around + std::string(kFolder) + outer.name,
                          .line = lines_.of(static_cast<std::size_t>(outer.place - begin_))};
    const auto at = nested_.size();
    nested_.push_back(package);
    std::string version;
    for (auto inner : members) {
      Member member;
      od::object object;
      if (!read_member(inner, member)) return false;
      if (member.name == "version") {
        version = text_of(member.value);
      } else if (member.name == "integrity") {
        package.integrity = text_of(member.value);
      } else if (member.name == "dev") {
        package.development = is_true(member.value);
      } else if (member.name == "requires") {
        if (!read_names(member.value, wants_[package.place])) return false;
      } else if (member.name == "dependencies" &&
                 member.value.get_object().get(object) == SUCCESS &&
                 !read_nested(object, package.place + "/", depth + 1)) {
        return false;
      }
    }
    set_version(package, std::move(version), "");
    nested_[at] = std::move(package);
  }
  return true;
}

bool PackageLock::read(od::document& document) {
  od::object root;
  if (document.get_object().get(root) != SUCCESS) return false;
  for (auto field : root) {
    Member member;
    od::object object;
    if (!read_member(field, member)) return false;
    if (member.name == "name") {
      file_.name = text_of(member.value);
    } else if (member.name == "version") {
      file_.version = text_of(member.value);
    } else if (member.name == "packages" && member.value.get_object().get(object) == SUCCESS) {
      flat_ = true;
      if (!read_flat(object)) return false;
    } else if (member.name == "dependencies" && member.value.get_object().get(object) == SUCCESS &&
               !read_nested(object, "", 0)) {
      return false;
    }
  }
  return true;
}

// What Node.js finds: the package in the nearest node_modules, outwards.
void PackageLock::settle_needs(std::vector<LockedPackage>& packages) {
  std::set<std::string, std::less<>> places;
  for (const auto& package : packages) places.insert(package.place);
  for (auto& package : packages) {
    if (package.place.size() > kLongestPlace) continue;
    for (const auto& name : wants_[package.place])
      for (std::string around = package.place + "/";;) {
        auto place = around + std::string(kFolder) + name;
        if (places.contains(place)) {
          package.needs.push_back(std::move(place));
          break;
        }
        if (around.empty()) break;
        const auto outer = around.rfind(kFolder, around.size() - 1);
        around = outer == std::string::npos ? "" : around.substr(0, outer);
      }
  }
}

LockFile PackageLock::take() {
  if (!flat_) file_.packages = std::move(nested_);
  settle_needs(file_.packages);
  return std::move(file_);
}

}  // namespace

Result<LockFile> parse_package_lock(const SourcePtr& file) {
  const simdjson::padded_string text(file->text());
  od::parser parser;
  od::document document;
  PackageLock lock(text);
  if (parser.iterate(text).get(document) == SUCCESS && lock.read(document)) return lock.take();
  // The slow reader knows the place.
  const auto tree = formats::parse_json(file);
  if (!tree) return fail(tree.error());
  return fail("deps/package-lock", file->path() + " is no lock file of npm",
              {.source = file, .line = 1, .column = 1});
}

}  // namespace crema::scan
