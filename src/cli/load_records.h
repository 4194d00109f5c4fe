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

// By the slug of the script they are of: "load-checkout.js"; the second of a script in a run is
// "load-checkout.js (2)".
using LoadRecords = std::map<std::string, load::RunRecord>;

// How the records of a run call the first, second, ... test of a script.
std::string load_record_name(std::string_view script, std::size_t time);
// The path of a script's record inside an artifact: "load/rush.js.cremarun", of the second test of
// that script in one place "load/rush.js.2.cremarun".
std::string load_record_path(std::string_view script, std::size_t time);
// That of the document beside a record, "load/rush.js-3f9c21ab.load.json", the way back, and that
// of what the document is compared with.
std::string load_document_path(std::string_view record_path, std::string_view unique);
std::string document_record(std::string_view document_path);
std::string document_baseline(std::string_view document_path);

Result<> write_load_record(const std::filesystem::path& file, const load::RunRecord& record);
Result<load::RunRecord> read_load_record(const std::filesystem::path& file);

// All records of a run.
Result<LoadRecords> load_records_of(store::Store& store, store::RunNumber run);

// `which` is a file, the number of a run, or "latest", the newest run that has records: in a step
// of a workflow the newest but its own. A file has one record, under its name's slug. Fails with
// "load/no-record" where there are none.
Result<LoadRecords> find_load_records(const sys::Host& host, const std::string& which);

}  // namespace crema::cli
