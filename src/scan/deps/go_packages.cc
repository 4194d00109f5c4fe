#include "crema/scan/deps/go_packages.h"

#include "crema/base/strings.h"
#include "crema/sys/descriptor.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace crema::scan {

std::string_view standard_library();  // made by crema_embed_bytes

namespace {

constexpr std::size_t kLargestFile = std::size_t{8} << 20U;
constexpr std::size_t kMostFiles = 4000;  // of one package

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

std::optional<std::string> read_file(int folder, const char* name) {
  const sys::Descriptor file(::openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status{};
  if (!file.open() || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode) ||
      static_cast<std::size_t>(status.st_size) > kLargestFile)
    return std::nullopt;
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t have = 0;
  while (have < text.size()) {
    const auto got = ::read(file.get(), text.data() + have, text.size() - have);
    if (got <= 0) break;
    have += static_cast<std::size_t>(got);
  }
  text.resize(have);
  return text;
}

std::unordered_map<std::string_view, std::vector<std::string_view>> read_table() {
  std::unordered_map<std::string_view, std::vector<std::string_view>> table;
  for (const auto line : split_lines(standard_library())) {
    if (line.starts_with('#')) continue;
    auto words = split(line, ' ');
    const auto name = words.front();
    words.erase(words.begin());
    table.emplace(name, std::move(words));
  }
  return table;
}

}  // namespace

std::shared_ptr<const GoPackage> GoFolders::read(const std::filesystem::path& folder) const {
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = known_.find(folder.native()); known != known_.end())
      return known->second;
  }
  std::shared_ptr<GoPackage> package;
  if (const std::unique_ptr<DIR, CloseFolder> open{::opendir(folder.c_str())}) {
    std::vector<std::string> names;
    while (const auto* entry = ::readdir(open.get())) {
      const std::string_view name = entry->d_name;
      if (name.ends_with(".go") && !name.ends_with("_test.go")) names.emplace_back(name);
    }
    std::ranges::sort(names);
    if (names.size() > kMostFiles) names.clear();
    for (const auto& name : names) {
      const auto text = read_file(::dirfd(open.get()), name.c_str());
      if (package == nullptr) package = std::make_shared<GoPackage>();
      if (text && is_built(name, *text, target_))
        package->push_back(
            {.path = (folder / name).native(), .facts = read_go_source(*text, symbols_)});
    }
  }
  const std::lock_guard lock(mutex_);
  return known_.try_emplace(folder.native(), std::move(package)).first->second;
}

std::optional<std::vector<std::string_view>> standard_imports(std::string_view package) {
  static const auto kTable = read_table();
  const auto found = kTable.find(package);
  if (found == kTable.end()) return std::nullopt;
  return found->second;
}

}  // namespace crema::scan
