#include "load_records.h"

#include "left_evidence.h"
#include "run_choice.h"

#include "crema/load/compare/series_file.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <utility>

namespace crema::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFolder = "load/";
constexpr std::string_view kEnding = ".cremarun";
constexpr std::string_view kDocumentEnding = ".load.json";

// The slug of the script in the path of a record, without the number of a second test of it; "" for
// any other file.
std::string_view script_in(std::string_view path) {
  const auto at = path.rfind(kFolder);
  if (!path.ends_with(kEnding) || at == std::string_view::npos) return {};
  path.remove_suffix(kEnding.size());
  path = path.substr(at + kFolder.size());
  const auto dot = path.rfind('.');
  const bool numbered = dot != std::string_view::npos && dot + 1 < path.size() &&
                        path.find_first_not_of("0123456789", dot + 1) == std::string_view::npos;
  return numbered ? path.substr(0, dot) : path;
}

}  // namespace

std::string load_record_name(std::string_view script, std::size_t time) {
  return time == 1 ? slug(script) : fmt::format("{} ({})", slug(script), time);
}

namespace {

// The record stands under its script, or under its script and the next number that is free.
void add_record(LoadRecords& records, std::string_view script, load::RunRecord record) {
  auto name = load_record_name(script, 1);
  for (std::size_t time = 2; records.contains(name); ++time) name = load_record_name(script, time);
  records.emplace(std::move(name), std::move(record));
}

Diagnostic no_record(std::string message) {
  auto none = make_error("load/no-record", std::move(message));
  none.hint = "make one with `crema load run SCRIPT`, or with `--record FILE` and name the file";
  return none;
}

Result<LoadRecords> newest(store::Store& store, std::optional<store::RunNumber> but) {
  for (const auto& run : CREMA_TRY(store.list_runs(store::kRunsKept))) {
    if (run.number == but) continue;
    auto records = CREMA_TRY(load_records_of(store, run.number));
    if (!records.empty()) return records;
  }
  return fail(no_record("no run here has a record of a load test"));
}

}  // namespace

std::string load_record_path(std::string_view script, std::size_t time) {
  return time == 1 ? fmt::format("{}{}{}", kFolder, slug(script), kEnding)
                   : fmt::format("{}{}.{}{}", kFolder, slug(script), time, kEnding);
}

std::string load_document_path(std::string_view record_path, std::string_view unique) {
  record_path.remove_suffix(kEnding.size());
  return fmt::format("{}-{}{}", record_path, unique, kDocumentEnding);
}

std::string document_record(std::string_view document_path) {
  return fmt::format("{}{}", document_path.substr(0, document_path.rfind('-')), kEnding);
}

std::string document_baseline(std::string_view document_path) {
  if (document_path.ends_with(kDocumentEnding)) document_path.remove_suffix(kDocumentEnding.size());
  return fmt::format("{}.baseline.json", document_path);
}

Result<> write_load_record(const fs::path& file, const load::RunRecord& record) {
  if (file.has_parent_path()) CREMA_TRY(sys::make_directories(file.parent_path()));
  return sys::write_file(file, load::run_record_bytes(record));
}

Result<load::RunRecord> read_load_record(const fs::path& file) {
  return load::read_run_record(CREMA_TRY(sys::read_file(file)), file.string());
}

Result<LoadRecords> load_records_of(store::Store& store, store::RunNumber run) {
  LoadRecords records;
  const auto artifacts = CREMA_TRY(store.artifacts_of(run));
  for (const auto& artifact : CREMA_TRY(artifacts->list())) {
    for (const auto& file : CREMA_TRY(artifacts->files(artifact.name))) {
      const auto script = script_in(file.path);
      if (script.empty()) continue;
      add_record(records, script, CREMA_TRY(read_load_record(file.source)));
    }
  }
  return records;
}

Result<LoadRecords> find_load_records(const sys::Host& host, const std::string& which) {
  store::RunNumber number = 0;
  const auto [end, error] = std::from_chars(which.data(), which.data() + which.size(), number);
  const bool is_number = error == std::errc() && end == which.data() + which.size();
  std::error_code ignored;
  if (const auto file = host.working_directory / which;
      which != "latest" && (!is_number || fs::is_regular_file(file, ignored)))
    return LoadRecords{{slug(file.stem().string()), CREMA_TRY(read_load_record(file))}};
  const auto own = CREMA_TRY(open_own_run(host));
  if (which == "latest") {
    if (own) return newest(*own->store, own->run.number);
    return newest(*CREMA_TRY(open_store(host)), std::nullopt);
  }
  const auto opened = own ? std::unique_ptr<store::Store>() : CREMA_TRY(open_store(host));
  auto& store = own ? *own->store : *opened;
  const auto run = CREMA_TRY(store.find_run(number));
  auto records = CREMA_TRY(load_records_of(store, run.number));
  if (records.empty())
    return fail(no_record(fmt::format("run {} has no record of a load test", which)));
  return records;
}

}  // namespace crema::cli
