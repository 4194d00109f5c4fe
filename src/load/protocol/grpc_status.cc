#include "crema/load/protocol/grpc_status.h"

#include "target.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace crema::load {
namespace {

constexpr std::array<std::string_view, 17> kNames{
    "OK",       "Canceled",       "Unknown",          "InvalidArgument",   "DeadlineExceeded",
    "NotFound", "AlreadyExists",  "PermissionDenied", "ResourceExhausted", "FailedPrecondition",
    "Aborted",  "OutOfRange",     "Unimplemented",    "Internal",          "Unavailable",
    "DataLoss", "Unauthenticated"};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// Messages are percent-encoded; what is no code stays as it is.
std::string decode_percent(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
    if (low < 0) {
      decoded += text[i];
      continue;
    }
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

int base64_digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

// With padding or without; none where it is no base64.
std::optional<std::string> decode_base64(std::string_view text) {
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const int digit = base64_digit(c);
    if (digit < 0) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xff);
  }
  return bytes;
}

// What gRPC itself sends and receives; content-type is shown to those who ask.
bool is_reserved(std::string_view name) {
  static constexpr std::array<std::string_view, 7> kReserved{"user-agent",
                                                             "grpc-message-type",
                                                             "grpc-encoding",
                                                             "grpc-message",
                                                             "grpc-status",
                                                             "grpc-timeout",
                                                             "te"};
  return name.starts_with(':') || std::ranges::find(kReserved, name) != kReserved.end();
}

bool valid_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  });
}

// Of HTTP/2's codes of errors (RFC 9113, 7).
GrpcCode code_of_stream_error(unsigned code) {
  switch (code) {
    case 3:   // FLOW_CONTROL_ERROR
    case 11:  // ENHANCE_YOUR_CALM
      return GrpcCode::resource_exhausted;
    case 7:  // REFUSED_STREAM
      return GrpcCode::unavailable;
    case 8:  // CANCEL
      return GrpcCode::canceled;
    case 12:  // INADEQUATE_SECURITY
      return GrpcCode::permission_denied;
    default:
      return GrpcCode::internal;
  }
}

}  // namespace

std::string grpc_code_name(GrpcCode code) {
  const auto number = static_cast<std::size_t>(code);
  return number < kNames.size() ? std::string(kNames[number]) : fmt::format("Code({})", number);
}

std::string GrpcStatus::text() const {
  return fmt::format("rpc error: code = {} desc = {}", grpc_code_name(code), message);
}

GrpcStatus grpc_status_of(const HeaderList& trailers) {
  const auto text = trailers.find("grpc-status");
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty())
    return {GrpcCode::internal, "server closed the stream without sending trailers", ""};
  if (error != std::errc() || end != text.data() + text.size())
    return {GrpcCode::unknown, fmt::format("transport: malformed grpc-status: \"{}\"", text), ""};
  GrpcStatus status{static_cast<GrpcCode>(number), decode_percent(trailers.find("grpc-message")),
                    ""};
  if (auto details = decode_base64(trailers.find("grpc-status-details-bin")))
    status.details = std::move(*details);
  return status;
}

GrpcStatus grpc_status_of_http(int status, std::string_view content_type) {
  GrpcStatus result{GrpcCode::unknown, "", ""};
  switch (status) {
    case 400:
      result.code = GrpcCode::internal;
      break;
    case 401:
      result.code = GrpcCode::unauthenticated;
      break;
    case 403:
      result.code = GrpcCode::permission_denied;
      break;
    case 404:
      result.code = GrpcCode::unimplemented;
      break;
    case 429:
    case 502:
    case 503:
    case 504:
      result.code = GrpcCode::unavailable;
      break;
    default:
      break;
  }
  result.message = fmt::format("unexpected HTTP status code received from server: {}", status);
  result.message +=
      content_type.empty()
          ? "; malformed header: missing HTTP content-type"
          : fmt::format("; transport: received unexpected content-type \"{}\"", content_type);
  return result;
}

GrpcStatus grpc_status_of(const HttpError& error) {
  if (error.interrupted) return {GrpcCode::canceled, "context canceled", ""};
  if (error.code == ErrorCode::request_timeout)
    return {GrpcCode::deadline_exceeded, "context deadline exceeded", ""};
  const auto base = static_cast<unsigned>(ErrorCode::http2_stream);
  const auto number = static_cast<unsigned>(error.code);
  if (number > base && number < static_cast<unsigned>(ErrorCode::http2_connection))
    return {code_of_stream_error(number - base - 1),
            fmt::format("stream terminated by RST_STREAM: {}", error.message), ""};
  return {GrpcCode::unavailable, "error reading from server: " + error.message, ""};
}

std::optional<GrpcStatus> add_grpc_metadata(const GrpcMetadata& metadata, HeaderList& fields) {
  for (const auto& [given, value] : metadata) {
    const auto name = to_lower(given);
    if (is_reserved(name) || name == "content-type") continue;
    if (!valid_name(name))
      return GrpcStatus{
          GrpcCode::internal,
          fmt::format("header key \"{}\" contains illegal characters not in [0-9a-z-_.]", name),
          ""};
    if (name.ends_with("-bin")) {
      auto text = base64(value);
      while (text.ends_with('=')) text.pop_back();
      fields.add(name, text);
      continue;
    }
    if (std::ranges::any_of(value, [](char c) { return c < 0x20 || c > 0x7e; }))
      return GrpcStatus{
          GrpcCode::internal,
          fmt::format("header key \"{}\" contains value with non-printable ASCII characters", name),
          ""};
    fields.add(name, value);
  }
  return std::nullopt;
}

GrpcMetadata grpc_metadata_of(const HeaderList& fields) {
  GrpcMetadata metadata;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto [name, value] = fields[i];
    if (is_reserved(name)) continue;
    auto bytes = name.ends_with("-bin") ? decode_base64(value) : std::string(value);
    if (bytes) metadata.emplace_back(name, std::move(*bytes));
  }
  return metadata;
}

}  // namespace crema::load
