// `crema scan-as`: a scan as another scanner's command line asks for it, with its exit code and its
// files. What steps get who call trivy, gitleaks and the like where those are not installed.
#include "command.h"
#include "evidence_run.h"
#include "left_evidence.h"
#include "output.h"
#include "scan_as_documents.h"
#include "scan_documents.h"
#include "scan_options.h"
#include "scan_text.h"

#include "crema/base/strings.h"
#include "crema/evidence/sarif.h"
#include "crema/scan/core/ignore_rules.h"
#include "crema/scan/tools/tool_request.h"
#include "crema/sys/files.h"
#include "crema/sys/signals.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

namespace crema::cli {
namespace {

using scan::ToolRequest;
using Format = ToolRequest::Format;

ScanOptions options_of(const ToolRequest& request) {
  ScanOptions options;
  options.words = request.families;
  // A folder may be called as a family is.
  for (const auto& path : request.paths)
    options.words.push_back(path.starts_with("/") || path.starts_with(".") ? path : "./" + path);
  options.selection = {
      .only = request.only, .skipped = request.skipped, .frameworks = request.frameworks};
  options.config = request.config;
  return options;
}

bool is_left_out(const scan::Found& found, const ToolRequest& request) {
  const auto& finding = found.finding;
  if (!request.severities.empty() &&
      !request.severities.contains(std::string(evidence::to_text(finding.severity))))
    return true;
  const bool package = finding.family == "dependencies";
  if (request.only_fixable && package && finding.fix.version.empty()) return true;
  const bool unused =
      finding.reach == evidence::Reach::not_imported || finding.reach == evidence::Reach::imported;
  if (request.only_used && package && unused) return true;
  if (finding.locations.empty()) return false;
  const auto& path = finding.locations.front().path;
  return std::ranges::any_of(request.skipped_paths, [&](const std::string& pattern) {
    const auto folder = pattern.ends_with('/') ? pattern.substr(0, pattern.size() - 1) : pattern;
    return scan::PathPattern(folder).matches(path) || path.starts_with(folder + "/");
  });
}

bool counts(const scan::Found& found) {
  return found.finding.state != evidence::FindingState::suppressed;
}

std::string document_of(Format format, const ToolRequest& request, const scan::ScanOutcome& outcome,
                        const std::string& text) {
  if (format == Format::sarif)
    return evidence::sarif_json(scan::evidence_of(outcome, CREMA_VERSION),
                                evidence::SarifProfile::github);
  if (format == Format::json)
    return has_own_json(request.tool) ? tool_json(request.tool, outcome) : scan_json(outcome, {});
  return format == Format::junit ? scan_junit(outcome) : text;
}

Result<> write(const sys::Host& host, const std::string& file, const std::string& text) {
  if (file.empty()) return {};
  const auto path = host.working_directory / file;
  std::error_code ignored;
  std::filesystem::create_directories(path.parent_path(), ignored);
  return sys::write_file_atomically(path, text);
}

Result<> keep(const sys::Host& host, const Project& project, const ToolRequest& request,
              std::vector<evidence::Scan> scans, const std::string& text, bool passed) {
  std::vector<evidence::Evidence> left(std::make_move_iterator(scans.begin()),
                                       std::make_move_iterator(scans.end()));
  if (const auto step = host.variable("CREMA_EVIDENCE"))
    return leave_records(*step, host, std::move(left));
  auto run = CREMA_TRY(EvidenceRun::begin(host, project, "crema scan-as " + request.tool));
  CREMA_TRY(run.add_job({.name = "scan", .step = "Scan"}, host.clock->wall(), passed, text,
                        std::move(left)));
  return run.finish(passed);
}

void say(const ToolRequest& request, const scan::ScanOutcome& outcome) {
  std::string text;
  for (const auto& remark : request.remarks) text += fmt::format("{}: {}\n", request.tool, remark);
  if (request.format == Format::json && !has_own_json(request.tool))
    text += fmt::format("{}: the JSON is that of crema scan\n", request.tool);
  // The tool would have passed over these without a word.
  for (const auto& one : outcome.not_scanned)
    text += fmt::format("{}: not scanned: {}: {}\n", request.tool, one.path, one.reason);
  std::fwrite(text.data(), 1, text.size(), stderr);
}

Result<int> scan_as(const sys::Host& host, const ToolRequest& request) {
  const auto project = find_project(host);
  auto options = options_of(request);
  auto asked = CREMA_TRY(request_of(host, project, options));
  // Other tools know no base: what was there before counts as well.
  asked.base.clear();
  std::stop_source stop;
  const sys::SignalWatcher signals(stop, [] { ::_exit(static_cast<int>(ExitCode::interrupted)); });
  asked.stop = stop.get_token();
  auto outcome = CREMA_TRY(scan::run_scan(asked));
  // The evidence has all of it, as `crema scan --severity` leaves it.
  auto whole = scan::evidence_of(outcome, CREMA_VERSION);
  std::erase_if(outcome.found, [&](const auto& one) { return is_left_out(one, request); });
  if (outcome.interrupted) return static_cast<int>(ExitCode::interrupted);
  const auto found = static_cast<std::size_t>(std::ranges::count_if(outcome.found, counts));
  const auto text = [&](const evidence::Style& style) {
    return findings_text(outcome, {.root = project.root, .all = true}, style) +
           fmt::format("{}: {} {} found\n", request.tool, found, found == 1 ? "thing" : "things");
  };
  const auto plain = text({});
  say(request, outcome);
  // A table for people is shown even where it goes to a file as well.
  if (request.format == Format::text)
    print(text(output_style(host)));
  else if (request.output.empty())
    print(document_of(request.format, request, outcome, plain));
  CREMA_TRY(write(host, request.output, document_of(request.format, request, outcome, plain)));
  CREMA_TRY(write(host, request.sarif_file, document_of(Format::sarif, request, outcome, plain)));
  CREMA_TRY(write(host, request.json_file, document_of(Format::json, request, outcome, plain)));
  const int code = scan::tool_exit_code(request, found);
  CREMA_TRY(keep(host, project, request, std::move(whole), plain, code == 0));
  return code;
}

Result<int> run(const sys::Host& host, std::span<const std::string> words) {
  if (words.empty()) {
    auto error = make_error("cli/usage", "say which scanner: crema scan-as TOOL [ARGUMENTS]");
    for (const auto name : scan::known_tools())
      error.hint += (error.hint.empty() ? "there are " : ", ") + std::string(name);
    return fail(std::move(error));
  }
  return scan_as(host, CREMA_TRY(scan::read_tool_arguments(words[0], words.subspan(1))));
}

}  // namespace

int run_scan_as(CommandContext& context) {
  const auto code = run(context.host, context.arguments);
  return code ? *code : report(code.error(), context.host);
}

}  // namespace crema::cli
