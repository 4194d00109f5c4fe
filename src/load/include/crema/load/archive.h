// A load test in one file, as `k6 archive` makes it: its options, its modules, the files it opens.
#pragma once

#include "crema/base/result.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace crema::load {

// Addresses are those of modules (script/module_files.h): file:///... and https://... Users' home
// folders have lost the user's name in them: /home/alice/a.js is file:///home/nobody/a.js.
struct Archive {
  std::string script;   // the address of the main module
  std::string folder;   // the address of the folder the test was archived in
  std::string options;  // JSON: of all sources, before shortcuts became scenarios
  std::map<std::string, std::string> environment;  // of __ENV
  std::string version;                             // of the k6 whose form it has
  // What every module and every open() reads, by address; the main module is one of them.
  std::map<std::string, std::shared_ptr<const std::string>> files;
};

// More bytes than this are no archive of ours.
inline constexpr std::size_t kLargestArchive = std::size_t{1} << 30;

// The first bytes of a tar file, whatever is in it.
bool looks_like_archive(std::string_view bytes);

// A .tar in the form of k6 1.x and 2.x: metadata.json, `data` (the main module), then file/... and
// https/... with folders; equal archives are equal bytes. Fails with "load/archive" where the main
// module is not among the files, or all of it is larger than kLargestArchive.
Result<std::string> write_archive(const Archive& archive);

// Reads archives of k6 from 0.25 on, and those of write_archive. Nothing is unpacked to disk. Fails
// with "load/archive": no tar, cut off, without metadata.json or data, with links, with names that
// lead out of it, larger than kLargestArchive; with "json/syntax" where its metadata is none.
Result<Archive> read_archive(std::string_view bytes);

}  // namespace crema::load
