#include "load_log.h"

#include "crema/base/strings.h"
#include "crema/formats/json.h"
#include "crema/sys/terminal.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

namespace crema::cli {
namespace {

std::string_view level_text(load::LogLevel level) {
  switch (level) {
    case load::LogLevel::debug:
      return "debug";
    case load::LogLevel::info:
      return "info";
    case load::LogLevel::warning:
      return "warning";
    case load::LogLevel::error:
      return "error";
  }
  return "";
}

struct Badge {
  std::string_view text;
  std::string_view colour;
};

Badge badge_of(load::LogLevel level) {
  switch (level) {
    case load::LogLevel::debug:
      return {"DEBU", "37"};
    case load::LogLevel::info:
      return {"INFO", "36"};
    case load::LogLevel::warning:
      return {"WARN", "33"};
    case load::LogLevel::error:
      return {"ERRO", "31"};
  }
  return {};
}

// A word stands as it is; everything else in quotes, as logfmt has it.
std::string logfmt_value(std::string_view text) {
  const bool plain = !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._/@^+").find(c) != std::string_view::npos;
  });
  return plain ? std::string(text) : formats::json_string(text);
}

}  // namespace

LoadLog::LoadLog(const sys::Host& host, LoadLogOptions options)
    : host_(host), options_(std::move(options)), started_(host.clock->monotonic()) {
  std::FILE* file = stderr;
  int descriptor = STDERR_FILENO;
  if (options_.output == "stdout") {
    file = stdout;
    descriptor = STDOUT_FILENO;
  } else if (options_.output == "none") {
    file = nullptr;
  } else if (options_.output.starts_with("file=")) {
    own_.reset(std::fopen((host.working_directory / options_.output.substr(5)).c_str(), "a"));
    if (own_ != nullptr) {
      file = own_.get();
      descriptor = -1;
    }
  }
  out_.lock()->file = file;
  terminal_ = file != nullptr && descriptor >= 0 && sys::is_terminal(descriptor);
  colour_ = terminal_ && sys::wants_colour(host, descriptor);
}

void LoadLog::write(const load::LogEntry& entry) {
  if (entry.level == load::LogLevel::debug && !options_.verbose) return;
  const std::string line = line_of(entry) + "\n";
  auto out = out_.lock();
  if (out->file == nullptr) return;
  const std::string text = erasure(*out) + line + drawing(*out);
  std::fwrite(text.data(), 1, text.size(), out->file);
  std::fflush(out->file);
}

void LoadLog::show(std::vector<std::string> lines) {
  if (!terminal_) return;
  auto out = out_.lock();
  // In one piece, so that nothing flickers.
  std::string text = erasure(*out);
  out->shown = std::move(lines);
  text += drawing(*out);
  std::fwrite(text.data(), 1, text.size(), out->file);
  std::fflush(out->file);
}

std::string LoadLog::erasure(const Out& out) {
  return out.shown.empty() ? "" : fmt::format("\x1b[{}A\x1b[J", out.shown.size());
}

std::string LoadLog::drawing(const Out& out) {
  std::string text;
  for (const std::string& line : out.shown) text += line + "\n";
  return text;
}

std::string LoadLog::line_of(const load::LogEntry& entry) const {
  if (options_.format == "raw") return entry.message;
  if (options_.format == "json") {
    std::string line = "{";
    for (const auto& [name, value] : entry.fields)
      line += fmt::format("{}:{},", formats::json_string(name), formats::json_string(value));
    return line +
           fmt::format("\"level\":\"{}\",\"msg\":{},\"time\":\"{:%FT%TZ}\"}}",
                       level_text(entry.level), formats::json_string(entry.message),
                       fmt::gmtime(std::chrono::system_clock::to_time_t(host_.clock->wall())));
  }
  return terminal_ ? terminal_line(entry) : text_line(entry);
}

std::string LoadLog::text_line(const load::LogEntry& entry) const {
  std::string line =
      fmt::format("time=\"{:%FT%TZ}\" level={}",
                  fmt::gmtime(std::chrono::system_clock::to_time_t(host_.clock->wall())),
                  level_text(entry.level));
  if (!entry.message.empty()) line += " msg=" + logfmt_value(entry.message);
  for (const auto& [name, value] : entry.fields)
    line += fmt::format(" {}={}", name, logfmt_value(value));
  return line;
}

std::string LoadLog::terminal_line(const load::LogEntry& entry) const {
  const Badge badge = badge_of(entry.level);
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(host_.clock->monotonic() - started_).count();
  const std::string head = colour_ ? fmt::format("\x1b[{}m{}\x1b[0m", badge.colour, badge.text)
                                   : std::string(badge.text);
  std::string line = fmt::format("{}[{:04}] {:<44}", head, seconds, entry.message);
  for (const auto& [name, value] : entry.fields)
    line += colour_ ? fmt::format(" \x1b[{}m{}\x1b[0m={}", badge.colour, name, logfmt_value(value))
                    : fmt::format(" {}={}", name, logfmt_value(value));
  return line;
}

}  // namespace crema::cli
