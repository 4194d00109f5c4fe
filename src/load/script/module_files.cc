#include "crema/load/script/module_files.h"

#include "module_path.h"

#include "crema/sys/files.h"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

namespace crema::load {
namespace {

Diagnostic not_found(const std::string& path) {
  Diagnostic diagnostic =
      make_error("load/not-found", fmt::format("\"{}\" cannot be found on this machine", path));
  std::error_code ignored;
  for (const char* ending : {".js", ".ts", "/index.js"})
    if (std::filesystem::is_regular_file(path + ending, ignored)) {
      diagnostic.hint = fmt::format("write the whole name: there is \"{}{}\"", path, ending);
      break;
    }
  return diagnostic;
}

Diagnostic not_archived(const std::string& path) {
  Diagnostic diagnostic =
      make_error("load/not-found", fmt::format("\"{}\" cannot be found in the archive", path));
  diagnostic.hint = "archive the test anew: an archive has what the init code reads at that time";
  return diagnostic;
}

Result<std::string> read_path(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) return not_found(path);
  if (std::filesystem::is_directory(status))
    return fail("load/folder", fmt::format("\"{}\" is a folder, not a file", path));
  return sys::read_file(path);
}

}  // namespace

Result<std::string> ModuleFiles::read(const std::string& address) const {
  const std::string path = path_of_address(address);
  {
    auto tables = tables_.lock();
    if (tables->archive) {
      const auto found = tables->archive->find(archive_address(address));
      if (found != tables->archive->end()) return *found->second;
      if (!path.empty()) return not_archived(path);
    }
  }
  return path.empty() ? fetch_(address) : read_path(path);
}

Result<SourcePtr> ModuleFiles::module(const std::string& address) {
  if (auto text = known(address)) return text;
  const std::string path = path_of_address(address);
  std::string text = CREMA_TRY(read(address));
  auto source = std::make_shared<const SourceFile>(path.empty() ? address : path, std::move(text));
  return tables_.lock()->modules.try_emplace(address, std::move(source)).first->second;
}

void ModuleFiles::serve_archive(std::map<std::string, std::shared_ptr<const std::string>> files) {
  tables_.lock()->archive = std::move(files);
}

void ModuleFiles::put(const std::string& address, std::string text) {
  auto source = std::make_shared<const SourceFile>(address, std::move(text));
  tables_.lock()->modules[address] = std::move(source);
}

SourcePtr ModuleFiles::known(const std::string& address) const {
  auto tables = tables_.lock();
  const auto found = tables->modules.find(address);
  return found == tables->modules.end() ? nullptr : found->second;
}

Result<std::shared_ptr<const std::string>> ModuleFiles::file(const std::string& address) {
  bool sealed = false;
  {
    auto tables = tables_.lock();
    sealed = tables->sealed;
    const auto found = tables->files.find(address);
    if (found != tables->files.end()) return found->second;
  }
  const std::string path = path_of_address(address);
  if (path.empty())
    return fail("load/open", fmt::format("open() takes files only, not \"{}\"", address));
  if (sealed)
    return fail(
        "load/open",
        fmt::format("open() cannot be used with files that weren't previously opened during "
                    "initialization (__VU==0), path: \"{}\"",
                    path));
  auto bytes = std::make_shared<const std::string>(CREMA_TRY(read(address)));
  return tables_.lock()->files.try_emplace(address, std::move(bytes)).first->second;
}

void ModuleFiles::seal() { tables_.lock()->sealed = true; }

std::map<std::string, std::shared_ptr<const std::string>> ModuleFiles::all() const {
  auto tables = tables_.lock();
  auto all = tables->files;
  for (const auto& [address, source] : tables->modules)
    all.try_emplace(address, std::make_shared<const std::string>(source->text()));
  return all;
}

}  // namespace crema::load
