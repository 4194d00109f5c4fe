#include "step_log_file.h"

#include "crema/store/store.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

namespace crema::store {
namespace {

constexpr std::uint64_t kLinesPerIndexEntry = 1024;
constexpr std::string_view kKinds = "ocgednwE";  // by LineKind: end_group is e, error E

std::filesystem::path index_of(const std::filesystem::path& file) {
  return file.string() + ".index";
}

Diagnostic problem(const std::filesystem::path& file) {
  auto error = make_error("store/log",
                          "cannot write the log " + file.string() + ": " + std::strerror(errno));
  error.exit_code = ExitCode::internal;
  return error;
}

bool write_whole(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// The record of a line without its break; false when it is none.
bool parse_record(std::string_view record, StoredLine& line) {
  std::int64_t milliseconds = 0;
  const auto [end, error] =
      std::from_chars(record.data(), record.data() + record.size(), milliseconds);
  const auto at = static_cast<std::size_t>(end - record.data());
  if (error != std::errc() || record.size() < at + 3) return false;
  const auto kind = kKinds.find(record[at + 1]);
  if (kind == std::string_view::npos) return false;
  line.time = evidence::Time(std::chrono::milliseconds(milliseconds));
  line.kind = static_cast<evidence::LineKind>(kind);
  line.text = record.substr(at + 3);
  return true;
}

std::uint64_t offset_of_entry(const std::filesystem::path& file, std::uint64_t entry) {
  if (entry == 0) return 0;
  const int index = ::open(index_of(file).c_str(), O_RDONLY | O_CLOEXEC);
  if (index < 0) return 0;
  std::uint64_t offset = 0;
  const auto got =
      ::pread(index, &offset, sizeof offset, static_cast<off_t>((entry - 1) * sizeof offset));
  ::close(index);
  return got == sizeof offset ? offset : 0;
}

}  // namespace

Result<StepLogWriter> StepLogWriter::create(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (descriptor < 0) return fail(problem(file));
  ::unlink(index_of(file).c_str());
  return StepLogWriter(descriptor, index_of(file));
}

StepLogWriter::StepLogWriter(StepLogWriter&& other) noexcept
    : file_(std::exchange(other.file_, -1)),
      index_(std::exchange(other.index_, -1)),
      index_path_(std::move(other.index_path_)),
      lines_(other.lines_),
      bytes_(other.bytes_) {}

StepLogWriter& StepLogWriter::operator=(StepLogWriter&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(index_, other.index_);
  std::swap(index_path_, other.index_path_);
  lines_ = other.lines_;
  bytes_ = other.bytes_;
  return *this;
}

StepLogWriter::~StepLogWriter() {
  if (file_ >= 0) ::close(file_);
  if (index_ >= 0) ::close(index_);
}

Result<> StepLogWriter::append(std::span<const evidence::LogLine> lines) {
  buffer_.clear();
  std::vector<std::uint64_t> entries;
  evidence::Time last_time{};
  std::string stamp;
  for (const auto& line : lines) {
    if (lines_ != 0 && lines_ % kLinesPerIndexEntry == 0)
      entries.push_back(bytes_ + buffer_.size());
    if (stamp.empty() || line.time != last_time) {
      last_time = line.time;
      stamp = std::to_string(
          std::chrono::duration_cast<std::chrono::milliseconds>(line.time.time_since_epoch())
              .count());
    }
    buffer_ += stamp;
    buffer_ += ' ';
    buffer_ += kKinds[static_cast<std::size_t>(line.kind)];
    buffer_ += ' ';
    buffer_ += line.text;
    buffer_ += '\n';
    ++lines_;
  }
  if (!write_whole(file_, buffer_)) return fail(problem(index_path_));
  bytes_ += buffer_.size();
  return add_to_index(entries);
}

Result<> StepLogWriter::add_to_index(std::span<const std::uint64_t> offsets) {
  if (offsets.empty()) return {};
  if (index_ < 0)
    index_ = ::open(index_path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  const std::string_view bytes(reinterpret_cast<const char*>(offsets.data()), offsets.size_bytes());
  if (index_ < 0 || !write_whole(index_, bytes)) return fail(problem(index_path_));
  return {};
}

Result<std::vector<StoredLine>> read_step_log(const std::filesystem::path& file,
                                              std::uint64_t first, std::uint64_t limit) {
  std::vector<StoredLine> lines;
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return lines;
  std::uint64_t entry = first / kLinesPerIndexEntry;
  std::uint64_t offset = offset_of_entry(file, entry);
  if (offset == 0) entry = 0;  // the index is younger than the log: from the start
  std::uint64_t number = entry * kLinesPerIndexEntry;
  std::string rest;
  std::array<char, 65536> buffer{};
  ::lseek(descriptor, static_cast<off_t>(offset), SEEK_SET);
  while (lines.size() < limit) {
    const auto got = ::read(descriptor, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    rest.append(buffer.data(), static_cast<std::size_t>(got));
    std::size_t begin = 0;
    for (std::size_t end = 0;
         lines.size() < limit && (end = rest.find('\n', begin)) != std::string::npos;
         begin = end + 1) {
      StoredLine line;
      if (number++ >= first &&
          parse_record(std::string_view(rest).substr(begin, end - begin), line))
        lines.push_back(std::move(line));
    }
    rest.erase(0, begin);
  }
  ::close(descriptor);
  return lines;
}

}  // namespace crema::store
