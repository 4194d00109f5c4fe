#include "crema/scan/archives/archive_reader.h"

#include "crema/base/strings.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

namespace crema::scan {
namespace {

enum class Kind : char { none, archive, compressed };

struct Ending {
  std::string_view text;
  Kind kind;
};
// The longer ones first.
constexpr std::array kEndings = {
    Ending{".tar.gz", Kind::archive},  Ending{".tar.bz2", Kind::archive},
    Ending{".tar.xz", Kind::archive},  Ending{".tar.zst", Kind::archive},
    Ending{".tar.lz4", Kind::archive}, Ending{".tgz", Kind::archive},
    Ending{".tbz2", Kind::archive},    Ending{".txz", Kind::archive},
    Ending{".tzst", Kind::archive},    Ending{".tar", Kind::archive},
    Ending{".zip", Kind::archive},     Ending{".jar", Kind::archive},
    Ending{".war", Kind::archive},     Ending{".ear", Kind::archive},
    Ending{".whl", Kind::archive},     Ending{".nupkg", Kind::archive},
    Ending{".apk", Kind::archive},     Ending{".crate", Kind::archive},
    Ending{".gem", Kind::archive},     Ending{".7z", Kind::archive},
    Ending{".cpio", Kind::archive},    Ending{".gz", Kind::compressed},
    Ending{".bz2", Kind::compressed},  Ending{".xz", Kind::compressed},
    Ending{".zst", Kind::compressed},  Ending{".lz4", Kind::compressed}};

const Ending* ending_of(std::string_view path) {
  const auto name = path.substr(path.rfind('/') + 1);  // npos + 1 is 0
  const auto found = std::ranges::find_if(kEndings, [&](const auto& ending) {
    return name.size() > ending.text.size() &&
           equals_ignore_case(name.substr(name.size() - ending.text.size()), ending.text);
  });
  return found == kEndings.end() ? nullptr : &*found;
}

struct FreeArchive {
  void operator()(archive* open) const { archive_read_free(open); }
};
using Archive = std::unique_ptr<archive, FreeArchive>;

// Only what the library reads itself: for others it would start programs.
Archive open_reader(Kind kind) {
  Archive reader(archive_read_new());
  archive_read_support_filter_gzip(reader.get());
  archive_read_support_filter_bzip2(reader.get());
  archive_read_support_filter_xz(reader.get());
  archive_read_support_filter_lzma(reader.get());
  archive_read_support_filter_zstd(reader.get());
  archive_read_support_filter_lz4(reader.get());
  if (kind == Kind::compressed) {
    archive_read_support_format_raw(reader.get());
    return reader;
  }
  archive_read_support_format_tar(reader.get());
  archive_read_support_format_zip(reader.get());
  archive_read_support_format_7zip(reader.get());
  archive_read_support_format_cpio(reader.get());
  return reader;
}

class Reading {
 public:
  Reading(std::string_view path, const ArchiveLimits& limits,
          const std::function<void(ArchivedFile)>& on_file)
      : path_(path), limits_(limits), on_file_(on_file) {}

  Result<> all(std::string_view bytes) {
    const auto* ending = ending_of(path_);
    kind_ = ending == nullptr ? Kind::archive : ending->kind;
    reader_ = open_reader(kind_);
    if (archive_read_open_memory(reader_.get(), bytes.data(), bytes.size()) != ARCHIVE_OK)
      return damaged();
    archive_entry* entry = nullptr;
    for (;;) {
      const int code = archive_read_next_header(reader_.get(), &entry);
      if (code == ARCHIVE_EOF) return {};
      if (code < ARCHIVE_WARN) return damaged();
      if (archive_entry_filetype(entry) != AE_IFREG && kind_ == Kind::archive) continue;
      if (++files_ > limits_.most_files)
        return fail("archive/too-many",
                    fmt::format("{} has more than {} files", path_, limits_.most_files));
      CREMA_TRY(file(entry, ending));
    }
  }

 private:
  std::string_view path_;
  const ArchiveLimits& limits_;
  const std::function<void(ArchivedFile)>& on_file_;
  Archive reader_;
  Kind kind_ = Kind::archive;
  std::size_t files_ = 0;
  std::uint64_t bytes_ = 0;
  std::array<char, 65536> piece_{};  // one for all files: it is larger than most of them

  tl::unexpected<Diagnostic> damaged() const {
    const char* reason = archive_error_string(reader_.get());
    return fail("archive/damaged", fmt::format("{} cannot be unpacked: {}", path_,
                                               reason == nullptr ? "it is damaged" : reason));
  }

  std::string name_of(archive_entry* entry, const Ending* ending) const {
    if (kind_ == Kind::compressed) {
      const auto name = path_.substr(path_.rfind('/') + 1);
      return std::string(name.substr(0, name.size() - ending->text.size()));
    }
    const char* name = archive_entry_pathname(entry);
    std::string_view text = name == nullptr ? "?" : name;
    while (text.starts_with("./")) text.remove_prefix(2);
    return std::string(text);
  }

  Result<> file(archive_entry* entry, const Ending* ending) {
    ArchivedFile one{.path = name_of(entry, ending)};
    if (archive_entry_is_encrypted(entry) != 0) {
      one.not_read = "it is encrypted";
      on_file_(std::move(one));
      return {};
    }
    for (;;) {
      const auto count = archive_read_data(reader_.get(), piece_.data(), piece_.size());
      if (count < 0) return damaged();
      if (count == 0) break;
      bytes_ += static_cast<std::uint64_t>(count);
      if (bytes_ > limits_.most_bytes)
        return fail("archive/too-large", fmt::format("{} has more than {} bytes when unpacked",
                                                     path_, limits_.most_bytes));
      one.bytes.append(piece_.data(), static_cast<std::size_t>(count));
      if (one.bytes.size() <= limits_.largest_file) continue;
      one.bytes.clear();
      one.not_read = fmt::format("it has more than {} bytes", limits_.largest_file);
      break;
    }
    on_file_(std::move(one));
    return {};
  }
};

}  // namespace

bool is_archive(std::string_view path) { return ending_of(path) != nullptr; }

Result<> read_archive(std::string_view path, std::string_view bytes, const ArchiveLimits& limits,
                      const std::function<void(ArchivedFile)>& on_file) {
  return Reading(path, limits, on_file).all(bytes);
}

}  // namespace crema::scan
