#include "crema/testing/go_module.h"

#include "project_walk.h"

#include "crema/base/strings.h"
#include "crema/sys/files.h"

#include <algorithm>
#include <string_view>

namespace crema::testing {
namespace {

namespace fs = std::filesystem;

// `folder` is below the module or is its own; kept unless one above it is there already.
void add_outermost(std::vector<std::string>& folders, const std::string& folder) {
  for (const auto& known : folders) {
    if (known == "." || folder == known || folder.starts_with(known + "/")) return;
  }
  folders.push_back(folder);
}

class ModuleFinder {
 public:
  explicit ModuleFinder(fs::path root) : root_(std::move(root)) {}

  std::vector<GoModule> find() {
    look_into("", nullptr, "");
    std::ranges::sort(found_, {}, &GoModule::folder);
    return std::move(found_);
  }

 private:
  // `kind` is what the folders above say these tests are: "", "integration" or "e2e".
  void look_into(const std::string& folder, GoModule* above, std::string_view kind) {
    std::error_code ignored;
    const auto here = root_ / folder;
    const auto name = fs::path(folder).filename().string();
    if (const auto own = part_of_folder(name); !own.empty()) kind = own;
    GoModule own;
    GoModule* module = above;
    if (const auto text = sys::read_file(here / "go.mod")) {
      own.folder = folder;
      own.path = module_path_of(*text);
      if (!own.path.empty()) module = &own;
    }
    if (module != nullptr && !kind.empty()) {
      const auto inside = fs::path(folder).lexically_relative(
          module->folder.empty() ? fs::path(".") : fs::path(module->folder));
      const auto place = module == &own || inside.empty() ? std::string(".") : inside.string();
      add_outermost(kind == "e2e" ? module->e2e : module->integration, place);
    }
    std::vector<std::string> below;
    for (auto entry = fs::directory_iterator(here, ignored);
         !ignored && entry != fs::directory_iterator(); entry.increment(ignored)) {
      const auto child = entry->path().filename().string();
      if (entry->is_directory(ignored) && !entry->is_symlink(ignored) && !is_passed_over(child))
        below.push_back((fs::path(folder) / child).string());
    }
    std::ranges::sort(below);
    for (const auto& child : below) look_into(child, module, kind);
    if (module == &own) found_.push_back(std::move(own));
  }

  fs::path root_;
  std::vector<GoModule> found_;
};

}  // namespace

std::string module_path_of(std::string_view go_mod) {
  for (auto line : split_lines(go_mod)) {
    if (const auto comment = line.find("//"); comment != std::string_view::npos)
      line = line.substr(0, comment);
    line = trim(line);
    if (!line.starts_with("module ") && !line.starts_with("module\t")) continue;
    auto path = trim(line.substr(7));
    if (path.size() > 1 && (path.front() == '"' || path.front() == '`'))
      path = path.substr(1, path.size() - 2);
    return std::string(path);
  }
  return "";
}

bool is_passed_over(std::string_view name) {
  return name.starts_with('.') || name.starts_with('_') || name == "vendor" || name == "testdata" ||
         name == "node_modules";
}

std::vector<GoModule> find_go_modules(const fs::path& root) { return ModuleFinder(root).find(); }

}  // namespace crema::testing
