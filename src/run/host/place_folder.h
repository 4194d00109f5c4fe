// The folder of a job, at the same path in every run: tools that cache by path (Go's build and test
// caches among them) find what they know there. Only one run has it at a time; a second one that
// runs meanwhile gets a folder beside it.
//
// The folder of a job that did not succeed stays where it is, to be looked into and resumed, until
// another run needs the path: it is then moved to its own run's folder, and back when that run is
// resumed.
#pragma once

#include "crema/base/result.h"
#include "crema/sys/file_lock.h"

#include <filesystem>
#include <string>

namespace crema::run {

class PlaceFolder {
 public:
  struct Request {
    std::filesystem::path shared;  // where the folders of all jobs are
    std::string name;              // what the job is called in every run
    std::filesystem::path own;     // below its run's folder: where it waits
    bool keep = false;             // go on in the folder of an earlier attempt
  };
  // The folder, empty unless an earlier attempt's was asked for and is there.
  // "run/place-in-use" when that one is wanted while another run works at its path.
  static Result<PlaceFolder> take(const Request& request);

  const std::filesystem::path& path() const { return path_; }
  bool kept() const { return kept_; }

 private:
  PlaceFolder(std::filesystem::path path, sys::FileLock lock, bool kept)
      : path_(std::move(path)), lock_(std::move(lock)), kept_(kept) {}
  static Result<PlaceFolder> take_empty(const Request& request);

  std::filesystem::path path_;
  sys::FileLock lock_;
  bool kept_;
};

}  // namespace crema::run
