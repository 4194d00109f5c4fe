#include "crema/load/protocol/http_error.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace crema::load {
namespace {

std::string words_of(int error) {
  return std::error_code(error, std::generic_category()).message();
}

std::string lower_first(std::string text) {
  // Go's words for an errno begin with a small letter, the C library's with a capital one.
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] + 32);
  return text;
}

HttpError of_errno(int error, std::string_view operation) {
  if (error == ECONNRESET) {
    return {ErrorCode::reset_by_peer, fmt::format("{}: connection reset by peer", operation)};
  }
  if (error == EPIPE) return {ErrorCode::broken_pipe, fmt::format("{}: broken pipe", operation)};
  const auto words = lower_first(words_of(error));
  if (operation != "dial") {
    return {
        ErrorCode::unknown_errno,
        fmt::format("{}: unknown errno `{}` on linux with message `{}`", operation, error, words)};
  }
  if (error == ECONNREFUSED) return {ErrorCode::dial_refused, "dial: connection refused"};
  if (error == ETIMEDOUT) return {ErrorCode::dial_timeout, "dial: i/o timeout"};
  return {ErrorCode::dial_unknown_errno,
          fmt::format("dial: unknown errno {} error with msg `{}`", error, words)};
}

}  // namespace

HttpError error_of(const IoResult& result, std::string_view operation) {
  switch (result.status) {
    case IoStatus::ok:
      return {};
    case IoStatus::closed:
      return {ErrorCode::generic, "EOF"};
    case IoStatus::timeout:
      return {ErrorCode::request_timeout, "request timeout"};
    case IoStatus::interrupted:
      return {ErrorCode::none, "", true};
    case IoStatus::failed:
      break;
  }
  if (result.error == 0) return {ErrorCode::tls, fmt::format("{}: TLS failed", operation)};
  return of_errno(result.error, operation);
}

HttpError error_of(const Resolution& resolution, std::string_view host) {
  switch (resolution.status) {
    case ResolveStatus::ok:
      return {};
    case ResolveStatus::no_such_host:
      return {ErrorCode::no_such_host, "lookup: no such host"};
    case ResolveStatus::failed:
      return {ErrorCode::dns, fmt::format("lookup {}: {}", host, resolution.message)};
    case ResolveStatus::blocked_hostname:
      return {ErrorCode::blocked_hostname, "hostname is blocked"};
    case ResolveStatus::blacklisted_ip:
      return {ErrorCode::blacklisted_ip, "ip is blacklisted"};
    case ResolveStatus::timeout:
      return {ErrorCode::request_timeout, "request timeout"};
    case ResolveStatus::interrupted:
      return {ErrorCode::none, "", true};
  }
  return {};
}

HttpError error_of(const TlsOutcome& outcome) {
  switch (outcome.failure) {
    case TlsFailure::none:
      return {};
    case TlsFailure::unknown_authority:
      return {ErrorCode::unknown_authority, "x509: unknown authority"};
    case TlsFailure::wrong_host:
      return {ErrorCode::wrong_hostname, "x509: certificate doesn't match hostname"};
    case TlsFailure::expired:
      return {
          ErrorCode::generic,
          fmt::format("x509: certificate has expired or is not yet valid: {}", outcome.message)};
    case TlsFailure::certificate:
      return {ErrorCode::generic, "x509: " + outcome.message};
    case TlsFailure::not_tls:
      return {ErrorCode::tls_header, "tls: first record does not look like a TLS handshake"};
    // Go has no network to name with an alert, and k6 a number for that.
    case TlsFailure::alert:
      return {ErrorCode::not_tcp, "remote error: tls: " + outcome.message};
    case TlsFailure::protocol:
      return {ErrorCode::generic, "tls: " + outcome.message};
    case TlsFailure::io:
      return error_of(outcome.io, "read");
  }
  return {};
}

std::uint16_t status_error_code(int status) {
  return status >= 400 && status < 600 ? static_cast<std::uint16_t>(1000 + status)
                                       : std::uint16_t{0};
}

}  // namespace crema::load
