#include "crema/testing/coverage_report.h"

#include "crema/evidence/go_profile.h"
#include "crema/sys/files.h"

#include <algorithm>
#include <map>
#include <utility>

namespace crema::testing {
namespace {

using evidence::CoverageTotal;
using evidence::LineState;

void add(CoverageTotal& into, const CoverageTotal& part) {
  into.covered += part.covered;
  into.statements += part.statements;
}

void count_fresh(FileReport& file, const std::set<std::uint32_t>& lines) {
  for (const auto line : lines) {
    if (line == 0 || line > file.lines.size()) continue;
    const auto state = file.lines[line - 1];
    if (state == LineState::no_code) continue;
    ++file.fresh.statements;
    file.fresh_lines.push_back(line);
    if (state == LineState::covered)
      ++file.fresh.covered;
    else
      file.fresh_uncovered.push_back(line);
  }
}

std::vector<CoverageGroup> groups_by(const std::vector<FileReport>& files,
                                     std::string FileReport::* key) {
  std::map<std::string, CoverageGroup> groups;
  for (const auto& file : files) {
    auto& group = groups[file.*key];
    group.name = file.*key;
    add(group.total, file.total);
    add(group.fresh, file.fresh);
  }
  std::vector<CoverageGroup> out;
  out.reserve(groups.size());
  for (auto& [name, group] : groups) out.push_back(std::move(group));
  return out;
}

}  // namespace

std::string service_of(std::string_view path, const std::vector<std::string>& modules) {
  for (const std::string_view above : {"services/", "cmd/"}) {
    // Also inside a module of its own: "backend/services/orders/...".
    auto at = path.starts_with(above) ? 0 : path.find("/" + std::string(above));
    if (at == std::string_view::npos) continue;
    at += path.starts_with(above) ? above.size() : above.size() + 1;
    const auto end = path.find('/', at);
    if (end != std::string_view::npos) return std::string(path.substr(0, end));
  }
  std::string best;
  for (const auto& module : modules) {
    if (module.size() > best.size() && path.starts_with(module + "/")) best = module;
  }
  return best.empty() ? "." : best;
}

CoverageReport report_coverage(const evidence::Coverage& coverage, const CoverageRequest& request) {
  CoverageReport report;
  report.fresh_known = request.fresh != nullptr;
  for (const auto& measured : coverage.files) {
    if (const auto* exclusion = request.exclusions.find(measured.path)) {
      report.left_out.push_back({measured.path, exclusion->pattern + " in " + exclusion->from});
      continue;
    }
    FileReport file;
    file.path = measured.path;
    file.coverage = measured;
    if (const auto source = sys::read_file(request.root / measured.path)) {
      if (evidence::is_generated_go(*source)) {
        report.left_out.push_back({measured.path, "generated"});
        continue;
      }
      if (measured.path.ends_with(".go")) evidence::add_go_functions(file.coverage, *source);
    }
    const auto slash = file.path.rfind('/');
    file.package = slash == std::string::npos ? "." : file.path.substr(0, slash);
    file.service = service_of(file.path, request.modules);
    file.total = evidence::total_of(file.coverage);
    file.lines = evidence::line_states(file.coverage);
    if (request.fresh != nullptr) {
      const auto lines = request.fresh->find(file.path);
      if (lines != request.fresh->end()) count_fresh(file, lines->second);
    }
    add(report.total, file.total);
    add(report.fresh, file.fresh);
    report.files.push_back(std::move(file));
  }
  report.services = groups_by(report.files, &FileReport::service);
  report.packages = groups_by(report.files, &FileReport::package);
  return report;
}

}  // namespace crema::testing
