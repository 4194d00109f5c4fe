#include "step_evidence.h"

#include "job_run.h"
#include "step_frame.h"

#include "crema/base/strings.h"
#include "crema/evidence/import.h"
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

constexpr std::string_view kAttachments = "attachments";

// Documents of load tests have the addresses that were asked for, and whatever stood in them.
Result<> mask_file(const StepFrame& frame, const fs::path& file) {
  const auto text = CREMA_TRY(sys::read_file(file));
  const auto masked = frame.job.facts().masker.mask(text);
  return masked == text ? Result<>() : sys::write_file(file, masked);
}

// Attachments of tests become an artifact of the run; "" when there are none.
Result<std::string> keep_attachments(const StepFrame& frame, const fs::path& folder) {
  std::vector<store::ArtifactFile> files;
  std::error_code error;
  const auto below = folder / kAttachments;
  for (auto entry = fs::recursive_directory_iterator(below, error);
       !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (!entry->is_regular_file(error)) continue;
    if (entry->path().extension() == ".json") CREMA_TRY(mask_file(frame, entry->path()));
    files.push_back({entry->path(), entry->path().lexically_relative(below).string()});
  }
  if (files.empty()) return "";
  auto name = fmt::format("attachments of job {} step {}", frame.job.leg().index, frame.index);
  CREMA_TRY(frame.job.facts().services.recorder.artifacts().save(name, files, true));
  return name;
}

Result<> keep_line(const StepFrame& frame, std::string_view line, const std::string& artifact) {
  auto& job = frame.job;
  auto record = CREMA_TRY(evidence::record_from_json(job.facts().masker.mask(line)));
  if (auto* suite = std::get_if<evidence::TestSuite>(&record.evidence)) {
    for (auto& test : suite->cases) {
      for (auto& attachment : test.attachments) {
        if (attachment.path.starts_with("attachments/"))
          attachment.path.replace(0, kAttachments.size(), artifact);
      }
    }
  }
  const auto& repository = job.facts().request.repository;
  record.origin = {.run = job.facts().services.recorder.number(),
                   .job = job.leg().name,
                   .step = frame.name,
                   .commit = repository.sha,
                   .branch = repository.ref_name(),
                   .time = job.clock().wall()};
  return job.facts().services.recorder.add_record(record);
}

void warn(const StepFrame& frame, const std::string& file, std::uint32_t line,
          std::string_view message) {
  const auto place = line == 0 ? file : fmt::format("{}, line {}", file, line);
  frame.output.log.annotate({.level = evidence::AnnotationLevel::warning,
                             .message = frame.job.facts().masker.mask(
                                 fmt::format("evidence was not kept: {}: {}", place, message))});
}

constexpr std::string_view kOwnFormat = "evidence of crema";

// Lines of JSON that are no records are said one by one: the others are kept.
bool looks_like_records(std::string_view text, const fs::path& file) {
  const auto first = trim(trim(text).substr(0, trim(text).find('\n')));
  return (first.starts_with('{') && first.ends_with('}')) || file.extension() == ".ndjson";
}

void keep_lines(const StepFrame& frame, const std::string& text, const std::string& name,
                const std::string& artifact) {
  std::uint32_t number = 0;
  for (const auto line : split_lines(text)) {
    ++number;
    if (trim(line).empty()) continue;
    if (const auto kept = keep_line(frame, line, artifact); !kept)
      warn(frame, name, number, kept.error().message);
  }
}

// Masked as it would stand in a file: what was escaped in XML is a secret all the same.
Result<> keep(const StepFrame& frame, evidence::Evidence one, const std::string& artifact) {
  return keep_line(frame, evidence::to_json({.origin = {}, .evidence = std::move(one)}), artifact);
}

// A report of another tool.
void keep_report(const StepFrame& frame, std::string text, const std::string& name,
                 const std::string& artifact) {
  const auto workspace = frame.job.place().folders().workspace;
  const evidence::ReportRoot root{.folder = workspace.string(),
                                  .exists = [&](const std::string& path) {
                                    std::error_code error;
                                    return fs::is_regular_file(workspace / path, error);
                                  }};
  const auto source = std::make_shared<SourceFile>(name, std::move(text));
  auto left = evidence::import_evidence(source, root);
  if (!left) return warn(frame, name, left.error().span.line, left.error().message);
  for (auto& one : *left) {
    if (const auto kept = keep(frame, std::move(one), artifact); !kept)
      return warn(frame, name, 0, kept.error().message);
  }
}

}  // namespace

fs::path evidence_folder(const StepFrame& frame) {
  return frame.job.place().folders().temp / "_evidence" / std::to_string(frame.index);
}

Result<> keep_evidence(const StepFrame& frame, evidence::Evidence one) {
  return keep(frame, std::move(one), "");
}

void collect_evidence(StepFrame& frame) {
  const auto folder = evidence_folder(frame);
  const auto files = files_in(folder);
  if (files.empty()) return;
  const auto artifact = keep_attachments(frame, folder);
  if (!artifact) {
    frame.log().annotate({.level = evidence::AnnotationLevel::warning,
                          .message = "attachments were not kept: " + artifact.error().message});
  }
  for (const auto& file : files) {
    auto text = sys::read_file(file);
    if (!text) continue;
    const auto name = file.filename().string();
    const auto* format = evidence::find_format(*text);
    if (format == nullptr ? looks_like_records(*text, file) : format->name == kOwnFormat)
      keep_lines(frame, *text, name, artifact.value_or(""));
    else
      keep_report(frame, std::move(*text), name, artifact.value_or(""));
  }
  (void)sys::remove_tree(folder).has_value();
}

}  // namespace crema::run
