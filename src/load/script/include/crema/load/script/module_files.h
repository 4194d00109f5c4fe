// The files a test is made of: modules and what open() reads, from disk, https or an archive.
#pragma once

#include "crema/base/result.h"
#include "crema/base/source.h"
#include "crema/base/sync.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace crema::load {

// A path as archives have it: "/home/alice/a.js" is "/home/nobody/a.js", so that nobody learns the
// name of a user from an archive.
std::string anonymous_path(std::string_view path);
// The address of a file as archives have it: its path anonymous, nothing in it escaped that a path
// may hold.
std::string archive_address(std::string_view address);

// One for all threads of a test. What was read once stays in memory and is shared: a module's text,
// the bytes of a file that open() was asked for.
class ModuleFiles {
 public:
  // Gets a module from an https address.
  using Fetch = std::function<Result<std::string>(const std::string& address)>;
  explicit ModuleFiles(Fetch fetch) : fetch_(std::move(fetch)) {}

  // The text of a module. Fails with "load/not-found", "load/folder", the error of reading it; of
  // https with what `fetch` says.
  Result<SourcePtr> module(const std::string& address);
  // The files of an archive, by `archive_address`, in the place of those of this machine: no others
  // are found on it. Modules from https that are not among them are fetched.
  void serve_archive(std::map<std::string, std::shared_ptr<const std::string>> files);
  // A script from standard input, known by an address of its own.
  void put(const std::string& address, std::string text);
  // The text if it was read before, or null: for the place of an error.
  SourcePtr known(const std::string& address) const;

  // The bytes of a file. After seal() only what was read before can be had: all users must see the
  // same files, whatever they do in their own init code.
  Result<std::shared_ptr<const std::string>> file(const std::string& address);
  void seal();
  // Everything that was read, by address: what an archive holds.
  std::map<std::string, std::shared_ptr<const std::string>> all() const;

 private:
  struct Tables {
    std::map<std::string, SourcePtr> modules;
    std::map<std::string, std::shared_ptr<const std::string>> files;
    std::optional<std::map<std::string, std::shared_ptr<const std::string>>> archive;
    bool sealed = false;
  };
  // The bytes at an address: in the archive, on disk, or in the network.
  Result<std::string> read(const std::string& address) const;

  Fetch fetch_;
  mutable Sync<Tables> tables_;
};

}  // namespace crema::load
