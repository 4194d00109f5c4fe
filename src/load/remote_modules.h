// Modules from https addresses: fetched once, kept by address on this machine, and held against the
// hashes of a lock file where there is one.
#pragma once

#include "crema/load/core/resolver.h"
#include "crema/load/script/log.h"
#include "crema/sys/host.h"

#include <filesystem>
#include <map>
#include <string>

namespace crema::load {

// The lock file is `crema-load.lock` beside the script: one line a module, "<sha256> <address>".
// A module that has another hash than the lock says is refused; one that the lock does not name is
// added when the lock exists.
class RemoteModules {
 public:
  RemoteModules(const sys::Host& host, std::filesystem::path script_folder, LogSink log);

  // Fails with "load/module": not reached, not 200, another hash, no network asked for
  // (CREMA_OFFLINE) and not kept.
  Result<std::string> fetch(const std::string& address);

 private:
  Result<std::string> download(const std::string& address);
  Result<> check_lock(const std::string& address, const std::string& text);
  std::filesystem::path kept_path(const std::string& address) const;

  const sys::Host& host_;
  std::filesystem::path lock_;
  LogSink log_;
};

}  // namespace crema::load
