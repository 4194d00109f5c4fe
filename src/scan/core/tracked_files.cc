#include "tracked_files.h"

#include <git2.h>

#include <algorithm>
#include <memory>
#include <string_view>

namespace crema::scan {
namespace {

class Library {
 public:
  Library() { git_libgit2_init(); }
  ~Library() { git_libgit2_shutdown(); }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
};

template <auto Free>
struct Release {
  template <typename Type>
  void operator()(Type* object) const {
    Free(object);
  }
};
using Repository = std::unique_ptr<git_repository, Release<git_repository_free>>;
using Index = std::unique_ptr<git_index, Release<git_index_free>>;

Repository open_repository(const std::filesystem::path& root) {
  git_repository* repository = nullptr;
  git_repository_open_ext(&repository, root.c_str(), 0, nullptr);
  return Repository(repository);
}

}  // namespace

std::vector<std::string> tracked_files(const std::filesystem::path& root) {
  const Library library;
  std::vector<std::string> paths;
  const auto repository = open_repository(root);
  if (!repository || git_repository_workdir(repository.get()) == nullptr) return paths;
  git_index* opened = nullptr;
  if (git_repository_index(&opened, repository.get()) != 0) return paths;
  const Index index(opened);
  std::error_code error;
  const auto folder = std::filesystem::canonical(git_repository_workdir(repository.get()), error);
  const auto below =
      std::filesystem::relative(std::filesystem::canonical(root, error), folder, error);
  const auto prefix = below == "." ? std::string() : below.string() + "/";
  const auto count = git_index_entrycount(index.get());
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view path = git_index_get_byindex(index.get(), i)->path;
    if (path.starts_with(prefix)) paths.emplace_back(path.substr(prefix.size()));
  }
  std::ranges::sort(paths);
  return paths;
}

}  // namespace crema::scan
