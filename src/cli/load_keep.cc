#include "load_keep.h"

#include "evidence_run.h"
#include "left_evidence.h"
#include "load_records.h"

#include "crema/sys/files.h"

#include <fmt/format.h>

#include <vector>

namespace crema::cli {
namespace {

namespace fs = std::filesystem;

// Paths inside an artifact. A record's tells its script, and of the second test of a script in one
// place its number; its document's begins so and is like no other, for evidence names it.
struct Places {
  std::string record, document;

  std::string baseline() const { return document_baseline(document); }
};

Places places_in(const fs::path& folder, const sys::Host& host, const std::string& script) {
  std::string record = load_record_path(script, 1);
  std::error_code ignored;
  for (std::size_t time = 2; fs::exists(folder / record, ignored); ++time)
    record = load_record_path(script, time);
  auto document = load_document_path(record, host.random_hex(8));
  return {std::move(record), std::move(document)};
}

Result<> write_text(const fs::path& file, const std::string& text) {
  CREMA_TRY(sys::make_directories(file.parent_path()));
  return sys::write_file(file, text);
}

Result<> write_files(const fs::path& folder, const Places& places, const load::TestOutcome& outcome,
                     const std::string& baseline) {
  CREMA_TRY(write_load_record(folder / places.record, outcome.measured));
  CREMA_TRY(write_text(folder / places.document, outcome.document));
  if (!baseline.empty()) CREMA_TRY(write_text(folder / places.baseline(), baseline));
  return {};
}

}  // namespace

Result<KeptLoad> keep_load(const sys::Host& host, const LoadArguments& arguments,
                           const load::TestOutcome& outcome, const std::string& baseline,
                           evidence::Time started) {
  const std::string& script = arguments.request.script;
  if (!arguments.record.empty())
    CREMA_TRY(write_load_record(host.working_directory / arguments.record, outcome.measured));
  evidence::LoadRun record = *outcome.record;
  if (const auto step = host.variable("CREMA_EVIDENCE")) {
    const auto folder = fs::path(*step) / "attachments";
    const auto places = places_in(folder, host, script);
    record.document = places.document;
    CREMA_TRY(write_files(folder, places, outcome, baseline));
    CREMA_TRY(leave_records(*step, host, {std::move(record)}));
    return KeptLoad{};
  }
  const auto project = find_project(host);
  std::error_code ignored;
  if (!fs::exists(project.root / ".git", ignored) && !host.variable("CREMA_HOME"))
    return KeptLoad{};
  auto run = CREMA_TRY(
      EvidenceRun::begin(host, project, fmt::format("crema load run {}", script), started));
  const auto folder = CREMA_TRY(sys::TemporaryDirectory::create(host.temporary_directory, "load-"));
  const auto places = places_in(folder.path(), host, script);
  record.document = places.document;
  const bool passed = outcome.exit == load::LoadExit::ok;
  CREMA_TRY(
      run.add_job({.name = "load", .step = "Load test"}, started, passed, "", {std::move(record)}));
  CREMA_TRY(write_files(folder.path(), places, outcome, baseline));
  std::vector<store::ArtifactFile> files{{folder.path() / places.record, places.record},
                                         {folder.path() / places.document, places.document}};
  if (!baseline.empty()) files.push_back({folder.path() / places.baseline(), places.baseline()});
  CREMA_TRY(run.add_artifact("load", files));
  CREMA_TRY(run.finish(passed));
  return KeptLoad{run.number()};
}

}  // namespace crema::cli
