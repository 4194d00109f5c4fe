#include "output.h"

#include "command.h"

#include "crema/evidence/diagnostic_text.h"
#include "crema/sys/terminal.h"

#include <unistd.h>

namespace crema::cli {

evidence::Style output_style(const sys::Host& host) {
  return {.colour = sys::wants_colour(host, STDOUT_FILENO), .unicode = sys::wants_unicode(host)};
}

evidence::Style error_style(const sys::Host& host) {
  return {.colour = sys::wants_colour(host, STDERR_FILENO), .unicode = sys::wants_unicode(host)};
}

void print(std::string_view text) { evidence::write_all(STDOUT_FILENO, text); }

int report(std::span<const Diagnostic> diagnostics, const sys::Host& host) {
  const auto style = error_style(host);
  int code = 0;
  for (const auto& diagnostic : diagnostics) {
    evidence::write_all(STDERR_FILENO, evidence::diagnostic_text(diagnostic, style));
    if (diagnostic.severity == Severity::error && code == 0)
      code = static_cast<int>(diagnostic.exit_code);
  }
  return code;
}

int report(const Diagnostic& diagnostic, const sys::Host& host) {
  const int code = report(std::span(&diagnostic, 1), host);
  return code == 0 ? static_cast<int>(ExitCode::usage) : code;
}

std::unique_ptr<evidence::RunListener> make_run_display(const sys::Host& host,
                                                        std::string_view format, bool plain) {
  evidence::DisplayOptions options;
  options.style = output_style(host);
  options.write = [](std::string_view text) { print(text); };
  options.now = [clock = host.clock] { return clock->wall(); };
  options.size = [] { return sys::terminal_size(STDOUT_FILENO); };
  const bool live = sys::is_terminal(STDOUT_FILENO) &&
                    host.variable("TERM").value_or("dumb") != "dumb" &&
                    !host.variable("CI").has_value();
  options.kind = format == "json" ? evidence::DisplayKind::json
                 : live && !plain ? evidence::DisplayKind::live
                                  : evidence::DisplayKind::plain;
  return evidence::make_display(std::move(options));
}

}  // namespace crema::cli
