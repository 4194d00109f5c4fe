#include "crema/scan/deps/go_packages.h"

#include "package_cache.h"

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

// Each import and each symbol once: where they stand in other people's files nobody asks.
void add(GoSourceFacts& all, GoSourceFacts file) {
  for (auto& import : file.imports)
    if (std::ranges::find(all.imports, import.path, &GoImport::path) == all.imports.end())
      all.imports.push_back(std::move(import));
  for (auto& mention : file.mentions)
    if (std::ranges::none_of(all.mentions, [&](const GoMention& known) {
          return known.path == mention.path && known.symbol == mention.symbol;
        }))
      all.mentions.push_back(std::move(mention));
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

std::shared_ptr<const GoPackage> GoFolders::read_files(const std::filesystem::path& folder) const {
  const std::unique_ptr<DIR, CloseFolder> open{::opendir(folder.c_str())};
  if (open == nullptr) return nullptr;
  std::vector<std::string> names;
  while (const auto* entry = ::readdir(open.get())) {
    const std::string_view name = entry->d_name;
    if (name.ends_with(".go") && !name.ends_with("_test.go")) names.emplace_back(name);
  }
  if (names.empty() || names.size() > kMostFiles) return nullptr;
  std::ranges::sort(names);
  GoPackageFile whole{.path = folder.native()};
  for (const auto& name : names) {
    const auto text = read_file(::dirfd(open.get()), name.c_str());
    if (text && is_built(name, *text, target_)) add(whole.facts, read_go_source(*text, symbols_));
  }
  return std::make_shared<const GoPackage>(GoPackage{std::move(whole)});
}

std::shared_ptr<const GoPackage> GoFolders::read(const std::filesystem::path& folder,
                                                 bool lasting) const {
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = known_.find(folder.native()); known != known_.end())
      return known->second;
  }
  std::shared_ptr<const GoPackage> package;
  if (lasting && cache_ != nullptr)
    if (auto facts = cache_->find(folder.native()))
      package = std::make_shared<const GoPackage>(
          GoPackage{{.path = folder.native(), .facts = std::move(*facts)}});
  if (package == nullptr) {
    package = read_files(folder);
    if (lasting && cache_ != nullptr && package != nullptr)
      cache_->add(folder.native(), package->front().facts);
  }
  const std::lock_guard lock(mutex_);
  return known_.try_emplace(folder.native(), std::move(package)).first->second;
}

std::optional<std::vector<std::string_view>> standard_imports(std::string_view package) {
  static const auto table = read_table();
  const auto found = table.find(package);
  if (found == table.end()) return std::nullopt;
  return found->second;
}

}  // namespace crema::scan
