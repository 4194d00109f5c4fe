#include "crema/load/archive.h"

#include "tar.h"

#include "crema/base/strings.h"
#include "crema/formats/json.h"
#include "crema/load/script/module_files.h"
#include "crema/load/script/programs.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <vector>

namespace crema::load {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kMetadata = "metadata.json";
constexpr std::string_view kData = "data";
// The version whose behaviour a test of ours was archived with.
constexpr std::string_view kVersion = "2.2.0";

auto refuse(std::string why, std::string hint = {}) {
  Diagnostic diagnostic = make_error("load/archive", std::move(why));
  diagnostic.hint = std::move(hint);
  return fail(std::move(diagnostic));
}

// "file:///tmp/a%20b.js" -> "file/tmp/a b.js"; "" for addresses that no archive has.
std::string name_of_address(std::string_view address) {
  if (const auto path = path_of_address(address); !path.empty()) return "file" + path;
  constexpr std::string_view kRemote = "https://";
  if (!address.starts_with(kRemote)) return {};
  return fmt::format("https/{}", address.substr(kRemote.size()));
}

ordered_json metadata_of(const Archive& archive, ordered_json options) {
  ordered_json metadata;
  metadata["type"] = "js";
  metadata["options"] = std::move(options);
  metadata["filename"] = archive.script;
  metadata["pwd"] = archive.folder;
  metadata["env"] = ordered_json::object();
  for (const auto& [name, value] : archive.environment) metadata["env"][name] = value;
  metadata["compatibilityMode"] = "extended";
  metadata["k6version"] = archive.version.empty() ? kVersion : archive.version;
  metadata["goos"] = "linux";
  return metadata;
}

// "file/tmp/a.js" -> "file", "file/tmp".
void add_folders(std::string_view name, std::set<std::string>& folders) {
  for (auto slash = name.find('/'); slash != std::string_view::npos;
       slash = name.find('/', slash + 1))
    folders.emplace(name.substr(0, slash));
}

void append_files(std::string& tar, std::string_view script,
                  const std::map<std::string, std::string_view>& files) {
  std::set<std::string> folders;
  for (const auto& [name, bytes] : files) add_folders(name, folders);
  for (const auto& folder : folders)
    append_tar(tar, {.kind = TarKind::folder, .name = folder, .target = {}, .bytes = {}});
  for (const auto& [name, bytes] : files) {
    const bool main = name == script;
    append_tar(tar, {.kind = main ? TarKind::hard_link : TarKind::file,
                     .name = name,
                     .target = main ? std::string(kData) : std::string(),
                     .bytes = main ? std::string_view() : bytes});
  }
}

// What leads out of an archive, or into another place of it than it says.
bool strays(std::string_view name) {
  return name.starts_with('/') || name.find('\0') != std::string_view::npos ||
         std::ranges::any_of(split(name, '/'), [](std::string_view part) { return part == ".."; });
}

// The address of an archived file; "" for names of another tree. Before 0.25 files were in
// `scripts` and `files`, those of the disk behind a "_".
std::string address_of_name(std::string_view name) {
  const auto slash = std::min(name.find('/'), name.size());
  const std::string_view tree = name.substr(0, slash);
  std::string_view path = name.substr(slash);
  const bool old = tree == "scripts" || tree == "files";
  if (tree == "file") return archive_address(address_of_path(path));
  if (old && path.starts_with("/_")) return archive_address(address_of_path(path.substr(2)));
  if (tree == "https" || old) return archive_address(fmt::format("https:/{}", path));
  return {};
}

std::string member_text(const ordered_json& metadata, const char* key) {
  const auto found = metadata.find(key);
  return found != metadata.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// Archives of 0.20 and older have a path and no address.
std::string address_in(const ordered_json& metadata, const char* key) {
  const std::string text = member_text(metadata, key);
  return text.starts_with('/') ? archive_address(address_of_path(text)) : archive_address(text);
}

Result<> read_metadata(std::string_view text, Archive& archive) {
  const ordered_json metadata = CREMA_TRY(formats::parse_json(
      std::make_shared<const SourceFile>(std::string(kMetadata), std::string(text))));
  if (!metadata.is_object()) return refuse("the archive's metadata.json is no object");
  if (const auto type = member_text(metadata, "type"); type != "js")
    return refuse(fmt::format("the archive holds a test of type \"{}\", not \"js\"", type));
  if (member_text(metadata, "filename").empty())
    return refuse("the archive's metadata.json names no script (`filename`)");
  archive.script = address_in(metadata, "filename");
  archive.folder = address_in(metadata, "pwd");
  archive.version = member_text(metadata, "k6version");
  archive.options = "{}";
  if (const auto options = metadata.find("options");
      options != metadata.end() && !options->is_null()) {
    if (!options->is_object()) return refuse("the archive's options are no object");
    archive.options = formats::json_text(*options, formats::JsonLayout::pretty);
  }
  if (const auto env = metadata.find("env"); env != metadata.end() && env->is_object())
    for (const auto& [name, value] : env->items())
      if (value.is_string()) archive.environment[name] = value.get<std::string>();
  return {};
}

Result<> read_entry(const TarEntry& entry, Archive& archive, std::optional<std::string_view>& data,
                    std::optional<std::string_view>& metadata) {
  if (entry.kind == TarKind::folder) return {};
  if (strays(entry.name))
    return refuse(fmt::format("the archive's \"{}\" leads out of it", entry.name));
  if (entry.kind == TarKind::hard_link && entry.target == kData) return {};
  if (entry.kind != TarKind::file)
    return refuse(fmt::format("the archive's \"{}\" is no file", entry.name),
                  "make it with `crema load archive` or `k6 archive`");
  if (entry.name == kMetadata) {
    metadata = entry.bytes;
  } else if (entry.name == kData) {
    data = entry.bytes;
  } else if (entry.name.find('/') != std::string::npos) {
    const std::string address = address_of_name(entry.name);
    if (address.empty())
      return refuse(fmt::format("the archive's \"{}\" stands in none of its trees, file and https",
                                entry.name));
    archive.files[address] = std::make_shared<const std::string>(entry.bytes);
  }
  return {};
}

}  // namespace

bool looks_like_archive(std::string_view bytes) {
  constexpr std::size_t kMagic = 257;
  return bytes.size() > kMagic && bytes.substr(kMagic).starts_with("ustar");
}

Result<std::string> write_archive(const Archive& archive) {
  const ordered_json options = CREMA_TRY(
      formats::parse_json(std::make_shared<const SourceFile>("options", archive.options)));
  const std::string script = name_of_address(archive.script);
  std::map<std::string, std::string_view> local;
  std::map<std::string, std::string_view> remote;
  std::size_t size = 0;
  for (const auto& [address, bytes] : archive.files) {
    const std::string name = name_of_address(address);
    if (name.empty() || strays(name))
      return refuse(fmt::format("no archive can hold \"{}\"", address));
    (name.starts_with("file") ? local : remote)[name] = *bytes;
    size += bytes->size();
  }
  if (size > kLargestArchive)
    return refuse(fmt::format("the test's files have {} bytes, more than an archive may", size));
  const auto main = archive.files.find(archive.script);
  if (main == archive.files.end())
    return refuse(fmt::format("the script {} is not among the test's files", archive.script));
  std::string tar;
  const std::string metadata =
      formats::json_text(metadata_of(archive, options), formats::JsonLayout::pretty) + "\n";
  append_tar(tar, {.name = std::string(kMetadata), .target = {}, .bytes = metadata});
  append_tar(tar, {.name = std::string(kData), .target = {}, .bytes = *main->second});
  append_files(tar, script, local);
  append_files(tar, script, remote);
  end_tar(tar);
  return tar;
}

Result<Archive> read_archive(std::string_view bytes) {
  if (bytes.size() > kLargestArchive)
    return refuse(
        fmt::format("the archive has {} bytes, more than {}", bytes.size(), kLargestArchive));
  Archive archive;
  std::optional<std::string_view> data;
  std::optional<std::string_view> metadata;
  for (const TarEntry& entry : CREMA_TRY(read_tar(bytes)))
    CREMA_TRY(read_entry(entry, archive, data, metadata));
  if (!metadata || !data)
    return refuse(fmt::format("the archive has no {}", metadata ? kData : kMetadata),
                  "make it with `crema load archive` or `k6 archive`");
  CREMA_TRY(read_metadata(*metadata, archive));
  // A script of standard input stands at "/-": its imports are those of its folder.
  if (archive.script == "file:///-" && archive.folder.starts_with("file://"))
    archive.script = archive.folder + (archive.folder.ends_with('/') ? "-" : "/-");
  archive.files[archive.script] = std::make_shared<const std::string>(*data);
  return archive;
}

}  // namespace crema::load
