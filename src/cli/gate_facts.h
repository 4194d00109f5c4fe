// What the gate needs beside the records of a run: the team's policy, the day, what is covered.
#pragma once

#include "crema/gate/verdict.h"
#include "crema/store/store.h"
#include "crema/sys/host.h"
#include "crema/testing/coverage_report.h"

#include <filesystem>
#include <optional>
#include <span>
#include <string>

namespace crema::cli {

// `given` is a file; "" takes crema.yml of the root, and the platform's policy where there is none.
Result<gate::Policy> policy_of(const sys::Host& host, const std::filesystem::path& root,
                               const std::string& given);

// What all coverage records tell together; nullopt where nothing was measured.
Result<std::optional<testing::CoverageReport>> coverage_of_records(
    const sys::Host& host, const std::filesystem::path& root,
    std::span<const evidence::Record> records);

// `run` is the one that is judged, as far as it has come; `store` is asked for what it is compared
// with.
Result<gate::Context> gate_context(const sys::Host& host, const std::filesystem::path& root,
                                   const gate::Policy& policy,
                                   const std::optional<testing::CoverageReport>& coverage,
                                   store::Store& store, const store::RunRecord& run);

}  // namespace crema::cli
