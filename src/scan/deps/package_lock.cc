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
    std::string_view name;
    if (field.unescaped_key().get(name) != SUCCESS) return false;
    names.emplace_back(name);
  }
  return true;
}

bool PackageLock::read_root(od::object root) {
  for (auto field : root) {
    std::string_view key;
    if (field.unescaped_key().get(key) != SUCCESS) return false;
    std::vector<std::string> names;
    if ((key == "dependencies" || key == "devDependencies" || key == "optionalDependencies") &&
        !read_names(field.value(), names))
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
    std::string_view name;
    if (field.unescaped_key().get(name) != SUCCESS) return false;
    const std::string member(name);
    if (member == "version")
      version = text_of(field.value());
    else if (member == "name")
      package.name = text_of(field.value());
    else if (member == "resolved")
      resolved = text_of(field.value());
    else if (member == "integrity")
      package.integrity = text_of(field.value());
    else if (member == "link")
      link = is_true(field.value());
    else if (member == "dev" || member == "devOptional")
      package.development = package.development || is_true(field.value());
    else if (member == "dependencies" || member == "optionalDependencies")
      if (!read_names(field.value(), wants)) return false;
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
    const auto line = lines_.of(static_cast<std::size_t>(field.key().raw() - begin_));
    std::string_view key;
    od::object members;
    if (field.unescaped_key().get(key) != SUCCESS) return false;
    std::string place(key);
    if (field.value().get_object().get(members) != SUCCESS) return false;
    if (!(place.empty() ? read_root(members) : read_package(std::move(place), members, line)))
      return false;
  }
  return true;
}

bool PackageLock::read_nested(od::object packages, const std::string& around, int depth) {
  if (depth > kDeepest) return false;
  for (auto field : packages) {
    const auto line = lines_.of(static_cast<std::size_t>(field.key().raw() - begin_));
    std::string_view key;
    if (field.unescaped_key().get(key) != SUCCESS) return false;
    LockedPackage package{.name = std::string(key), .line = line};
    package.place = around + std::string(kFolder) + package.name;
    od::object members;
    if (field.value().get_object().get(members) != SUCCESS) return false;
    const auto at = nested_.size();
    nested_.push_back(package);
    std::string version;
    for (auto inner : members) {
      std::string_view name;
      if (inner.unescaped_key().get(name) != SUCCESS) return false;
      const std::string member(name);
      od::object object;
      if (member == "version")
        version = text_of(inner.value());
      else if (member == "integrity")
        package.integrity = text_of(inner.value());
      else if (member == "dev")
        package.development = is_true(inner.value());
      else if (member == "requires") {
        if (!read_names(inner.value(), wants_[package.place])) return false;
      } else if (member == "dependencies" && inner.value().get_object().get(object) == SUCCESS &&
                 !read_nested(object, package.place + "/", depth + 1))
        return false;
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
    std::string_view key;
    if (field.unescaped_key().get(key) != SUCCESS) return false;
    const std::string member(key);
    od::object object;
    if (member == "name") {
      file_.name = text_of(field.value());
    } else if (member == "version") {
      file_.version = text_of(field.value());
    } else if (member == "packages" && field.value().get_object().get(object) == SUCCESS) {
      flat_ = true;
      if (!read_flat(object)) return false;
    } else if (member == "dependencies" && field.value().get_object().get(object) == SUCCESS) {
      if (!read_nested(object, "", 0)) return false;
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
