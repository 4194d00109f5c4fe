#include "page_writer.h"

#include "gzip.h"

#include "crema/base/hash.h"
#include "crema/sys/disk_error.h"
#include "crema/sys/files.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace crema::report {

std::string script_text(std::string_view json) {
  // U+2028 and U+2029 are E2 80 A8 and E2 80 A9.
  constexpr std::string_view kLineSeparators = "\xE2\x80";
  std::string out;
  out.reserve(json.size() + json.size() / 32);
  for (std::size_t i = 0; i < json.size(); ++i) {
    if (json[i] == '<') {
      out += "\\u003c";
    } else if (json.compare(i, 2, kLineSeparators) == 0 && i + 2 < json.size() &&
               (json[i + 2] == '\xA8' || json[i + 2] == '\xA9')) {
      out += json[i + 2] == '\xA8' ? "\\u2028" : "\\u2029";
      i += 2;
    } else {
      out += json[i];
    }
  }
  return out;
}

PageWriter::PageWriter(std::filesystem::path file, std::filesystem::path unfinished)
    : file_(std::move(file)),
      unfinished_(std::move(unfinished)),
      out_(unfinished_, std::ios::binary | std::ios::trunc) {}

Result<PageWriter> PageWriter::create(const std::filesystem::path& file) {
  if (file.has_parent_path()) CREMA_TRY(sys::make_directories(file.parent_path()));
  PageWriter writer(file, fmt::format("{}.{}.new", file.string(), ::getpid()));
  if (!writer.out_) return fail(sys::disk_error("report/write", "write the report", file, errno));
  return writer;
}

PageWriter::~PageWriter() {
  if (!out_.is_open()) return;
  out_.close();
  std::error_code ignored;
  std::filesystem::remove(unfinished_, ignored);
}

void PageWriter::write(std::string_view text) {
  out_.write(text.data(), static_cast<std::streamsize>(text.size()));
  bytes_ += text.size();
}

void PageWriter::html(std::string_view text) { write(text); }

void PageWriter::begin_json(std::string_view id) {
  write(fmt::format("<script type=\"application/json\" id=\"{}\">", id));
}

void PageWriter::json(std::string_view text) { write(script_text(text)); }

void PageWriter::end_json() { write("</script>\n"); }

void PageWriter::part(std::string_view id, std::string_view bytes, bool compress) {
  write(fmt::format("<script type=\"text/plain\" id=\"{}\">", id));
  write(base64_encode(compress ? gzip(bytes) : bytes));
  write("</script>\n");
}

Result<std::uint64_t> PageWriter::finish() {
  out_.close();
  std::error_code error;
  if (out_) std::filesystem::rename(unfinished_, file_, error);
  if (!out_ || error) {
    const int why = error ? error.value() : errno;
    std::error_code ignored;
    std::filesystem::remove(unfinished_, ignored);
    return fail(sys::disk_error("report/write", "write the report", file_, why));
  }
  return bytes_;
}

}  // namespace crema::report
