#include "crema/scan/advisories/osv_files.h"

#include "crema/formats/json.h"
#include "crema/sys/files.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <utility>

namespace crema::scan {
namespace {

constexpr std::int64_t kLargestEntry = std::int64_t{16} << 20U;
constexpr std::size_t kLongestTail = 66'000;  // of a ZIP: the record at its end, with a comment
constexpr std::size_t kMostRefused = 100;     // each is a line for people

struct Free {
  void operator()(archive* handle) const { archive_free(handle); }
};

Diagnostic unreadable(std::string message) {
  auto error = make_error("advisories/unreadable", std::move(message));
  error.exit_code = ExitCode::internal;
  return error;
}

void take_one(std::string name, std::string text, OsvRead& read,
              const std::function<void(OsvAdvisory)>& take) {
  auto advisory = parse_osv(std::make_shared<SourceFile>(std::move(name), std::move(text)));
  if (advisory) {
    ++read.taken;
    take(std::move(*advisory));
  } else if (read.refused.size() < kMostRefused) {
    read.refused.push_back(std::move(advisory).error());
  }
}

Result<OsvRead> read_folder(const std::filesystem::path& folder,
                            const std::function<void(OsvAdvisory)>& take) {
  std::error_code error;
  std::vector<std::filesystem::path> paths;
  for (std::filesystem::recursive_directory_iterator entries(folder, error), end;
       !error && entries != end; entries.increment(error))
    if (entries->path().extension() == ".json") paths.push_back(entries->path());
  if (error)
    return fail(unreadable(fmt::format("cannot read {}: {}", folder.string(), error.message())));
  std::ranges::sort(paths);
  OsvRead read;
  for (const auto& path : paths)
    take_one(path.string(), CREMA_TRY(sys::read_file(path)), read, take);
  return read;
}

// The bytes of the entry that was met last.
Result<std::string> entry_bytes(archive* handle, archive_entry* entry, const std::string& name) {
  std::string text;
  if (archive_entry_size_is_set(entry) != 0 && archive_entry_size(entry) > kLargestEntry)
    return fail(unreadable(name + ": more than 16 MiB is no advisory"));
  for (;;) {
    const void* block = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    const int outcome = archive_read_data_block(handle, &block, &size, &offset);
    if (outcome == ARCHIVE_EOF) return text;
    if (outcome != ARCHIVE_OK) return fail(unreadable(name + ": " + archive_error_string(handle)));
    if (text.size() + size > static_cast<std::size_t>(kLargestEntry))
      return fail(unreadable(name + ": more than 16 MiB is no advisory"));
    text.append(static_cast<const char*>(block), size);
  }
}

}  // namespace

Result<OsvRead> read_osv_zip(std::string_view bytes, const std::string& name,
                             const std::function<void(OsvAdvisory)>& take) {
  const std::unique_ptr<archive, Free> handle(archive_read_new());
  archive_read_support_format_zip(handle.get());
  const auto refuse = [&] {
    const char* why = archive_error_string(handle.get());
    auto error = unreadable(fmt::format("{} is no whole ZIP: {}", name, why ? why : "damaged"));
    error.hint = "fetch it again";
    return fail(std::move(error));
  };
  // Without its directory a ZIP is read from its beginning, as far as it goes, which may be well.
  const auto tail = bytes.substr(bytes.size() - std::min(bytes.size(), kLongestTail));
  if (tail.find("PK\x05\x06") == std::string_view::npos)
    return fail(unreadable(name + " is no whole ZIP: it has no end"));
  if (archive_read_open_memory(handle.get(), bytes.data(), bytes.size()) != ARCHIVE_OK)
    return refuse();
  OsvRead read;
  archive_entry* entry = nullptr;
  for (;;) {
    const int outcome = archive_read_next_header(handle.get(), &entry);
    if (outcome == ARCHIVE_EOF) break;
    if (outcome != ARCHIVE_OK) return refuse();
    const char* path = archive_entry_pathname(entry);
    const std::string inner = path == nullptr ? "" : path;
    if (archive_entry_filetype(entry) != AE_IFREG || !inner.ends_with(".json")) continue;
    take_one(name + "/" + inner, CREMA_TRY(entry_bytes(handle.get(), entry, inner)), read, take);
  }
  return read;
}

Result<OsvRead> read_osv_files(const std::filesystem::path& path,
                               const std::function<void(OsvAdvisory)>& take) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return read_folder(path, take);
  const auto bytes = sys::read_file(path);
  if (!bytes) return fail(unreadable(bytes.error().message));
  return read_osv_zip(*bytes, path.string(), take);
}

Result<ExploitedList> parse_exploited(const SourcePtr& file) {
  const auto root = CREMA_TRY(formats::parse_json(file));
  ExploitedList list;
  const auto text = [](const nlohmann::ordered_json& value, const char* key) -> std::string {
    const auto found = value.find(key);
    return found != value.end() && found->is_string() ? found->get<std::string>() : "";
  };
  if (!root.is_object() || !root.contains("vulnerabilities") ||
      !root["vulnerabilities"].is_array()) {
    auto error = make_error("advisories/exploited",
                            file->path() + " is no catalogue of known exploited vulnerabilities",
                            {.source = file, .line = 1, .column = 1});
    error.hint = "take CISA's known_exploited_vulnerabilities.json";
    return fail(std::move(error));
  }
  for (const auto& entry : root["vulnerabilities"])
    if (entry.is_object())
      if (auto cve = text(entry, "cveID"); cve.starts_with("CVE-"))
        list.cves.insert(std::move(cve));
  list.day = text(root, "dateReleased").substr(0, 10);
  return list;
}

}  // namespace crema::scan
