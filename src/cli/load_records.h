// Records of load tests: kept as artifacts of runs, found again by run or by file.
#pragma once

#include "project.h"

#include "crema/load/compare/series.h"
#include "crema/store/store.h"
#include "crema/sys/host.h"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace crema::cli {

// By the slug of the script they are of: "load-checkout.js".
using LoadRecords = std::map<std::string, load::RunRecord>;

// The path of a script's record inside an artifact.
std::string load_record_path(std::string_view script);

Result<> write_load_record(const std::filesystem::path& file, const load::RunRecord& record);
Result<load::RunRecord> read_load_record(const std::filesystem::path& file);

// All records of a run; of several of one script the last.
Result<LoadRecords> load_records_of(store::Store& store, store::RunNumber run);

// `which` is a file, the number of a run, or "latest", the newest run that has records: in a step
// of a workflow the newest but its own. A file has one record, under its name's slug. Fails with
// "load/no-record" where there are none.
Result<LoadRecords> find_load_records(const sys::Host& host, const std::string& which);

}  // namespace crema::cli
