#include "byte_stream.h"

#include "crema/sys/descriptor.h"
#include "crema/sys/disk_error.h"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cerrno>

namespace crema::load {
namespace {

constexpr std::string_view kCode = "load/output";

class FileStream : public ByteStream {
 public:
  FileStream(std::string path, sys::Descriptor file)
      : path_(std::move(path)), own_(std::move(file)) {}

  Result<> write(std::string_view bytes) override {
    const int file = own_.open() ? own_.get() : STDOUT_FILENO;
    while (!bytes.empty()) {
      const auto written = ::write(file, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return fail(sys::disk_error(kCode, "write", path_, errno));
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
  }

  Result<> close() override {
    own_.close();
    return {};
  }

 private:
  std::string path_;
  sys::Descriptor own_;  // none: standard output, which stays open
};

class GzipStream : public ByteStream {
 public:
  explicit GzipStream(std::unique_ptr<ByteStream> target) : target_(std::move(target)) {
    constexpr int kGzip = 16;  // added to the window's bits
    // Fails only for want of memory, or for arguments that these are not.
    ready_ = ::deflateInit2(&stream_, Z_BEST_SPEED, Z_DEFLATED, MAX_WBITS + kGzip, 8,
                            Z_DEFAULT_STRATEGY) == Z_OK;
  }
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;
  ~GzipStream() override { ::deflateEnd(&stream_); }

  Result<> write(std::string_view bytes) override { return feed(bytes, Z_NO_FLUSH); }

  Result<> close() override {
    CREMA_TRY(feed({}, Z_FINISH));
    return target_->close();
  }

 private:
  Result<> feed(std::string_view bytes, int flush) {
    if (!ready_) return fail(std::string(kCode), "there is no memory to compress the output");
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    int state = Z_OK;
    do {
      std::array<char, 65536> out{};
      stream_.next_out = reinterpret_cast<Bytef*>(out.data());
      stream_.avail_out = out.size();
      state = ::deflate(&stream_, flush);
      CREMA_TRY(target_->write(std::string_view(out.data(), out.size() - stream_.avail_out)));
    } while (stream_.avail_out == 0 && state != Z_STREAM_END);
    return {};
  }

  std::unique_ptr<ByteStream> target_;
  z_stream stream_{};
  bool ready_ = false;
};

}  // namespace

Result<std::unique_ptr<ByteStream>> open_stream(const std::string& path) {
  if (path.empty() || path == "-")
    return std::make_unique<FileStream>("standard output", sys::Descriptor());
  sys::Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!file.open()) return fail(sys::disk_error(kCode, "write", path, errno));
  auto plain = std::make_unique<FileStream>(path, std::move(file));
  if (!path.ends_with(".gz")) return plain;
  return std::make_unique<GzipStream>(std::move(plain));
}

}  // namespace crema::load
