// How commands speak: results on standard output, diagnostics on standard error, dressed as the
// terminal allows.
#pragma once

#include "crema/base/diagnostic.h"
#include "crema/evidence/display.h"
#include "crema/evidence/style.h"
#include "crema/sys/host.h"

#include <memory>
#include <span>
#include <string_view>

namespace crema::cli {

evidence::Style output_style(const sys::Host& host);
evidence::Style error_style(const sys::Host& host);

void print(std::string_view text);  // standard output

// Draws diagnostics on standard error and gives the exit code of the worst.
int report(std::span<const Diagnostic> diagnostics, const sys::Host& host);

// The display for a run: live on a terminal, plain elsewhere, JSON on demand. `plain` forces lines,
// as a shell in between needs.
std::unique_ptr<evidence::RunListener> make_run_display(const sys::Host& host,
                                                        std::string_view format, bool plain);

}  // namespace crema::cli
