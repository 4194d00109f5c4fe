#include "step_evidence.h"

#include "job_run.h"
#include "step_frame.h"

#include "crema/base/strings.h"
#include "crema/evidence/record.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace crema::run {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (auto entry = fs::directory_iterator(folder, error);
       !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (entry->is_regular_file(error)) files.push_back(entry->path());
  }
  std::ranges::sort(files);
  return files;
}

Result<> keep_line(const StepFrame& frame, std::string_view line) {
  auto& job = frame.job;
  auto record = CREMA_TRY(evidence::record_from_json(job.facts().masker.mask(line)));
  const auto& repository = job.facts().request.repository;
  record.origin = {.run = job.facts().services.recorder.number(),
                   .job = job.leg().name,
                   .step = frame.name,
                   .commit = repository.sha,
                   .branch = repository.ref_name(),
                   .time = job.clock().wall()};
  return job.facts().services.recorder.add_record(record);
}

}  // namespace

fs::path evidence_folder(const StepFrame& frame) {
  return frame.job.place().folders().temp / "_evidence" / std::to_string(frame.index);
}

void collect_evidence(StepFrame& frame) {
  const auto folder = evidence_folder(frame);
  const auto files = files_in(folder);
  if (files.empty()) return;
  for (const auto& file : files) {
    const auto text = sys::read_file(file);
    if (!text) continue;
    std::size_t number = 0;
    for (const auto line : split_lines(*text)) {
      ++number;
      if (trim(line).empty()) continue;
      if (const auto kept = keep_line(frame, line); !kept) {
        frame.log().annotate({.level = evidence::AnnotationLevel::warning,
                              .message = frame.job.facts().masker.mask(fmt::format(
                                  "evidence was not kept: {}, line {}: {}",
                                  file.filename().string(), number, kept.error().message))});
      }
    }
  }
  (void)sys::remove_tree(folder);
}

}  // namespace crema::run
