#include "load_documents.h"

#include "left_evidence.h"
#include "load_comparison.h"
#include "load_records.h"

#include "crema/load/compare/baseline.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

namespace crema::cli {
namespace {

namespace fs = std::filesystem;

// A test of twelve hours has some 12 MB; a page of more helps nobody.
constexpr std::uintmax_t kLargestDocument = 64ULL * 1024 * 1024;
constexpr std::size_t kRunsLookedAt = 30;

// The files of a run's artifacts, by artifact and path.
using Files = std::map<std::pair<std::string, std::string>, fs::path>;

Result<Files> files_of(store::Store& store, store::RunNumber run) {
  Files files;
  const auto artifacts = CREMA_TRY(store.artifacts_of(run));
  for (const auto& artifact : CREMA_TRY(artifacts->list()))
    for (const auto& file : CREMA_TRY(artifacts->files(artifact.name)))
      files.emplace(std::pair(artifact.name, file.path), file.source);
  return files;
}

// Names of documents are like no other, so the artifact need not be known.
Files::const_iterator find_document(const Files& files, const std::string& path) {
  return std::ranges::find_if(files,
                              [&path](const auto& file) { return file.first.second == path; });
}

// Records of earlier runs, read when they are asked for and once.
class EarlierRecords {
 public:
  EarlierRecords(store::Store& store, store::RunNumber before) : store_(store), before_(before) {}

  struct Found {
    store::RunNumber run = 0;
    const load::RunRecord* record = nullptr;  // null: none
  };
  Result<Found> newest(const std::string& script) {
    if (!read_) CREMA_TRY(read());
    for (const auto& [run, records] : runs_)
      if (const auto found = records.find(script); found != records.end())
        return Found{run, &found->second};
    return Found{};
  }

 private:
  Result<> read() {
    read_ = true;
    std::size_t looked = 0;
    for (const auto& run : CREMA_TRY(store_.list_runs(store::kRunsKept))) {
      if (run.number >= before_ || ++looked > kRunsLookedAt) continue;
      if (auto records = load_records_of(store_, run.number); records && !records->empty())
        runs_.emplace_back(run.number, std::move(*records));
    }
    return {};
  }

  store::Store& store_;
  store::RunNumber before_;
  bool read_ = false;
  std::vector<std::pair<store::RunNumber, LoadRecords>> runs_;  // the newest first
};

Result<std::string> beside_earlier(const std::string& script, const load::RunRecord& fresh,
                                   EarlierRecords& earlier) {
  const auto found = CREMA_TRY(earlier.newest(script));
  if (found.record == nullptr) return "";
  const auto settings = CREMA_TRY(comparison_settings({}, 0));
  const auto comparison = compare_runs(*found.record, fresh, settings);
  return baseline_json(fmt::format("run {}", found.run), *found.record,
                       comparison ? &*comparison : nullptr);
}

}  // namespace

Result<std::vector<report::LoadDocument>> load_documents(
    store::Store& store, const store::RunRecord& run, std::span<const evidence::Record> records) {
  std::vector<report::LoadDocument> documents;
  const auto has_document = [](const evidence::Record& record) {
    const auto* load = std::get_if<evidence::LoadRun>(&record.evidence);
    return load != nullptr && !load->document.empty();
  };
  if (std::ranges::none_of(records, has_document)) return documents;
  const auto files = CREMA_TRY(files_of(store, run.number));
  EarlierRecords earlier(store, run.number);
  for (const auto& record : records) {
    if (!has_document(record)) continue;
    const auto& load = std::get<evidence::LoadRun>(record.evidence);
    const auto file = find_document(files, load.document);
    std::error_code unknown;
    if (file == files.end() || fs::file_size(file->second, unknown) > kLargestDocument) continue;
    const auto beside_it = [&](std::string path) {
      return files.find({file->first.first, std::move(path)});
    };
    report::LoadDocument one{
        .name = load.document, .document = CREMA_TRY(sys::read_file(file->second)), .baseline = {}};
    if (const auto kept = beside_it(document_baseline(load.document)); kept != files.end())
      one.baseline = CREMA_TRY(sys::read_file(kept->second));
    else if (const auto own = beside_it(document_record(load.document)); own != files.end())
      one.baseline = CREMA_TRY(
          beside_earlier(slug(load.script), CREMA_TRY(read_load_record(own->second)), earlier));
    documents.push_back(std::move(one));
  }
  return documents;
}

}  // namespace crema::cli
