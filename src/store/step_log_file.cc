#include "step_log_file.h"

#include "crema/store/store.h"
#include "crema/sys/disk_error.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <utility>

namespace crema::store {
namespace {

constexpr std::uint64_t kLinesPerIndexEntry = 1024;
constexpr std::size_t kEntryBytes = sizeof(std::uint64_t);
constexpr std::string_view kKinds = "ocgednwE";  // by LineKind: end_group is e, error E

std::filesystem::path index_of(const std::filesystem::path& file) {
  return file.string() + ".index";
}

// Closes what it opened for reading; -1 where there is no such file.
class Input {
 public:
  explicit Input(const std::filesystem::path& file)
      : file_(::open(file.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~Input() {
    if (file_ >= 0) ::close(file_);
  }
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  explicit operator bool() const { return file_ >= 0; }

  // Bytes from `offset` on; empty at the end.
  std::string_view read(std::span<char> buffer, std::uint64_t offset) const {
    ssize_t got = -1;
    do {
      got = ::pread(file_, buffer.data(), buffer.size(), static_cast<off_t>(offset));
    } while (got < 0 && errno == EINTR);
    return {buffer.data(), got < 0 ? 0 : static_cast<std::size_t>(got)};
  }

  std::uint64_t size() const {
    struct stat facts{};
    return ::fstat(file_, &facts) == 0 ? static_cast<std::uint64_t>(facts.st_size) : 0;
  }

 private:
  int file_;
};

bool write_whole(int file, std::string_view bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    const auto written = ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
      offset += static_cast<std::uint64_t>(written);
    }
  }
  return true;
}

void add_text(std::string& out, std::string_view text) {
  if (text.find('\n') == std::string_view::npos) {
    out += ' ';
    out += text;
    return;
  }
  out += '\\';
  for (const char c : text) {
    if (c == '\n')
      out += "\\n";
    else if (c == '\\')
      out += "\\\\";
    else
      out += c;
  }
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size())
      out += text[i];
    else
      out += text[++i] == 'n' ? '\n' : text[i];
  }
  return out;
}

// A record without its break. One that is none, on a damaged disk, is shown as it is: the lines
// after it keep their numbers.
StoredLine parse_record(std::string_view record) {
  StoredLine line{.time = {}, .kind = evidence::LineKind::output, .text = std::string(record)};
  std::int64_t milliseconds = 0;
  const auto [end, error] =
      std::from_chars(record.data(), record.data() + record.size(), milliseconds);
  const auto at = static_cast<std::size_t>(end - record.data());
  if (error != std::errc() || record.size() < at + 3) return line;
  const auto kind = kKinds.find(record[at + 1]);
  if (kind == std::string_view::npos) return line;
  line.time = evidence::Time(std::chrono::milliseconds(milliseconds));
  line.kind = static_cast<evidence::LineKind>(kind);
  const auto text = record.substr(at + 3);
  line.text = record[at + 2] == '\\' ? unescaped(text) : std::string(text);
  return line;
}

// A line whose place is known.
struct Place {
  std::uint64_t line = 0, offset = 0;
};

// The last known place at or before a line.
Place place_before(const std::filesystem::path& file, std::uint64_t line) {
  const Input index(index_of(file));
  if (!index) return {};
  auto entry = std::min(line / kLinesPerIndexEntry, index.size() / kEntryBytes);
  for (; entry > 0; --entry) {
    std::uint64_t offset = 0;
    const auto got =
        index.read({reinterpret_cast<char*>(&offset), sizeof offset}, (entry - 1) * kEntryBytes);
    // An entry that could not be written is a hole: zeros.
    if (got.size() == sizeof offset && offset != 0) return {entry * kLinesPerIndexEntry, offset};
  }
  return {};
}

// Where the last complete line ends.
Place end_of(const Input& log, const std::filesystem::path& file) {
  auto place = place_before(file, UINT64_MAX);
  std::array<char, 65536> buffer{};
  auto offset = place.offset;
  while (true) {
    const auto bytes = log.read(buffer, offset);
    if (bytes.empty()) return place;
    place.line += static_cast<std::uint64_t>(std::count(bytes.begin(), bytes.end(), '\n'));
    if (const auto last = bytes.rfind('\n'); last != std::string_view::npos)
      place.offset = offset + last + 1;
    offset += bytes.size();
  }
}

}  // namespace

Result<StepLogWriter> StepLogWriter::create(const std::filesystem::path& file,
                                            sys::SpareFiles& spare) {
  auto made = spare.make(file);
  if (!made.open()) return fail(sys::disk_error("store/log", "write the log", file, errno));
  ::unlink(index_of(file).c_str());
  return StepLogWriter(std::move(made), file);
}

Result<StepLogWriter> StepLogWriter::go_on(const std::filesystem::path& file) {
  sys::Descriptor opened(::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
  if (!opened.open()) return fail(sys::disk_error("store/log", "write the log", file, errno));
  StepLogWriter writer(std::move(opened), file);
  const Input log(file);
  const auto end = end_of(log, file);
  writer.lines_ = end.line;
  writer.bytes_ = end.offset;
  if (::ftruncate(writer.file_.get(), static_cast<off_t>(end.offset)) != 0)
    return fail(sys::disk_error("store/log", "write the log", file, errno));
  return writer;
}

Result<> StepLogWriter::append(std::span<const evidence::LogLine> lines) {
  buffer_.clear();
  auto number = lines_;
  std::uint64_t first_entry = 0;
  std::vector<std::uint64_t> entries;
  evidence::Time last_time{};
  std::string stamp;
  for (const auto& line : lines) {
    if (number != 0 && number % kLinesPerIndexEntry == 0) {
      if (entries.empty()) first_entry = number / kLinesPerIndexEntry;
      entries.push_back(bytes_ + buffer_.size());
    }
    if (stamp.empty() || line.time != last_time) {
      last_time = line.time;
      stamp = std::to_string(
          std::chrono::duration_cast<std::chrono::milliseconds>(line.time.time_since_epoch())
              .count());
    }
    buffer_ += stamp;
    buffer_ += ' ';
    buffer_ += kKinds[static_cast<std::size_t>(line.kind)];
    add_text(buffer_, line.text);
    buffer_ += '\n';
    ++number;
  }
  if (!write_whole(file_.get(), buffer_, bytes_)) {
    const int why = errno;
    // Half a batch would shift the places of all later lines.
    (void)!::ftruncate(file_.get(), static_cast<off_t>(bytes_));
    return fail(sys::disk_error("store/log", "write the log", path_, why));
  }
  lines_ = number;
  bytes_ += buffer_.size();
  return entries.empty() ? Result<>{} : add_to_index(first_entry, entries);
}

Result<> StepLogWriter::add_to_index(std::uint64_t first_entry,
                                     std::span<const std::uint64_t> offsets) {
  const auto file = index_of(path_);
  if (!index_.open())
    index_ = sys::Descriptor(::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
  const std::string_view bytes(reinterpret_cast<const char*>(offsets.data()), offsets.size_bytes());
  if (!index_.open() || !write_whole(index_.get(), bytes, (first_entry - 1) * kEntryBytes))
    return fail(sys::disk_error("store/log", "write the index", file, errno));
  return {};
}

Result<std::vector<StoredLine>> read_step_log(const std::filesystem::path& file,
                                              std::uint64_t first, std::uint64_t limit) {
  std::vector<StoredLine> lines;
  const Input log(file);
  if (!log) return lines;
  auto [number, offset] = place_before(file, first);
  std::string rest;  // of a line whose end is not read yet
  std::array<char, 65536> buffer{};
  while (lines.size() < limit) {
    const auto bytes = log.read(buffer, offset);
    if (bytes.empty()) break;
    offset += bytes.size();
    std::size_t begin = 0;
    std::size_t end = 0;
    while (lines.size() < limit && (end = bytes.find('\n', begin)) != std::string_view::npos) {
      rest += bytes.substr(begin, end - begin);
      if (number++ >= first) lines.push_back(parse_record(rest));
      rest.clear();
      begin = end + 1;
    }
    rest += bytes.substr(begin);
  }
  return lines;
}

Result<std::uint64_t> count_step_log(const std::filesystem::path& file) {
  const Input log(file);
  return log ? end_of(log, file).line : 0;
}

Result<> remove_step_log(const std::filesystem::path& file) {
  for (const auto& part : {file, index_of(file)}) {
    if (::unlink(part.c_str()) != 0 && errno != ENOENT)
      return fail(sys::disk_error("store/log", "remove the log", part, errno));
  }
  return {};
}

}  // namespace crema::store
