#include "crema/load/protocol/content_coding.h"

#include "crema/base/strings.h"

#include <brotli/decode.h>
#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

#include <array>
#include <memory>

namespace crema::load {
namespace {

constexpr std::size_t kPiece = std::size_t{32} * 1024;

auto damaged(std::string_view coding) {
  return fail("load/content-coding", fmt::format("the body is no {} as its header says", coding));
}

auto too_large(std::size_t limit) {
  return fail("load/content-coding",
              fmt::format("the decoded body is larger than {} bytes", limit));
}

auto unknown(std::string_view coding) {
  return fail(
      "load/content-coding",
      fmt::format("unknown compression algorithm \"{}\": write gzip, deflate or zstd", coding));
}

Result<std::string> inflate_all(std::string_view coding, std::string_view body, std::size_t limit) {
  z_stream stream{};
  // 15 bits of window; 16 more ask for gzip's wrapper in the place of zlib's.
  const int window = coding == "gzip" ? 15 + 16 : 15;
  if (inflateInit2(&stream, window) != Z_OK) return damaged(coding);
  const std::unique_ptr<z_stream, decltype(&inflateEnd)> ended(&stream, inflateEnd);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  stream.avail_in = static_cast<uInt>(body.size());
  std::string result;
  std::array<char, kPiece> piece{};
  while (true) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = piece.size();
    const int status = inflate(&stream, Z_NO_FLUSH);
    result.append(piece.data(), piece.size() - stream.avail_out);
    if (result.size() > limit) return too_large(limit);
    if (status == Z_STREAM_END) {
      // gzip may hold several members, one after the other (RFC 1952, 2.2).
      if (coding != "gzip" || stream.avail_in == 0 || *stream.next_in != 0x1F) return result;
      if (inflateReset(&stream) != Z_OK) return damaged(coding);
      continue;
    }
    if (status != Z_OK) return damaged(coding);
  }
}

Result<std::string> unbrotli(std::string_view body, std::size_t limit) {
  const std::unique_ptr<BrotliDecoderState, decltype(&BrotliDecoderDestroyInstance)> state(
      BrotliDecoderCreateInstance(nullptr, nullptr, nullptr), BrotliDecoderDestroyInstance);
  const auto* in = reinterpret_cast<const std::uint8_t*>(body.data());
  std::size_t in_size = body.size();
  std::string result;
  std::array<std::uint8_t, kPiece> piece{};
  while (true) {
    auto* out = piece.data();
    std::size_t out_size = piece.size();
    const auto status =
        BrotliDecoderDecompressStream(state.get(), &in_size, &in, &out_size, &out, nullptr);
    result.append(reinterpret_cast<const char*>(piece.data()), piece.size() - out_size);
    if (result.size() > limit) return too_large(limit);
    if (status == BROTLI_DECODER_RESULT_SUCCESS) return result;
    if (status != BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT) return damaged("br");
  }
}

Result<std::string> unzstd(std::string_view body, std::size_t limit) {
  const std::unique_ptr<ZSTD_DStream, decltype(&ZSTD_freeDStream)> stream(ZSTD_createDStream(),
                                                                          ZSTD_freeDStream);
  ZSTD_inBuffer in{body.data(), body.size(), 0};
  std::string result;
  std::array<char, kPiece> piece{};
  while (true) {
    ZSTD_outBuffer out{piece.data(), piece.size(), 0};
    const auto left = ZSTD_decompressStream(stream.get(), &out, &in);
    if (ZSTD_isError(left) != 0) return damaged("zstd");
    result.append(piece.data(), out.pos);
    if (result.size() > limit) return too_large(limit);
    if (left == 0 && in.pos == in.size) return result;
    // It wants more than there is.
    if (in.pos == in.size && out.pos < out.size) return damaged("zstd");
  }
}

Result<std::string> deflate_all(std::string_view coding, std::string_view body) {
  z_stream stream{};
  const int window = coding == "gzip" ? 15 + 16 : 15;
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    return fail("load/content-coding", "zlib has no memory");
  }
  const std::unique_ptr<z_stream, decltype(&deflateEnd)> ended(&stream, deflateEnd);
  std::string result(deflateBound(&stream, body.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  stream.avail_in = static_cast<uInt>(body.size());
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_out = static_cast<uInt>(result.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) {
    return fail("load/content-coding", "zlib cannot write the body");
  }
  result.resize(stream.total_out);
  return result;
}

Result<std::string> zstd_all(std::string_view body) {
  std::string result(ZSTD_compressBound(body.size()), '\0');
  const auto size =
      ZSTD_compress(result.data(), result.size(), body.data(), body.size(), ZSTD_CLEVEL_DEFAULT);
  if (ZSTD_isError(size) != 0) return fail("load/content-coding", "zstd cannot write the body");
  result.resize(size);
  return result;
}

}  // namespace

Result<std::string> decode_content(std::string_view codings, std::string body, std::size_t limit) {
  const auto names = split(codings, ',');
  for (auto name = names.rbegin(); name != names.rend(); ++name) {
    const auto coding = to_lower(trim(*name));
    if (coding == "gzip" || coding == "deflate") {
      body = CREMA_TRY(inflate_all(coding, body, limit));
    } else if (coding == "br") {
      body = CREMA_TRY(unbrotli(body, limit));
    } else if (coding == "zstd") {
      body = CREMA_TRY(unzstd(body, limit));
    } else {
      return body;
    }
  }
  return body;
}

Result<std::string> encode_content(std::string_view codings, std::string_view body) {
  std::string result(body);
  for (const auto name : split(codings, ',')) {
    const auto coding = to_lower(trim(name));
    if (coding == "gzip" || coding == "deflate") {
      result = CREMA_TRY(deflate_all(coding, result));
    } else if (coding == "zstd") {
      result = CREMA_TRY(zstd_all(result));
    } else {
      return unknown(coding);
    }
  }
  return result;
}

}  // namespace crema::load
