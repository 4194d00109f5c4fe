// Whether a scan passes: the policy's conditions on findings, or what the command line says.
#pragma once

#include "scan_options.h"

#include "crema/gate/verdict.h"

#include <span>

namespace crema::cli {

// The scans are the caller's again afterwards, as they were.
Result<gate::Verdict> verdict_of(const sys::Host& host, const Project& project,
                                 const ScanOptions& options, std::span<evidence::Scan> scans);

// 3 where something was not scanned, 1 (or --exit-code) where findings fail, 130 when interrupted.
int exit_code_of(const scan::ScanOutcome& outcome, const gate::Verdict& verdict,
                 const ScanOptions& options);

}  // namespace crema::cli
