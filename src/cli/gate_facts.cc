#include "gate_facts.h"

#include "coverage_facts.h"

#include "crema/sys/files.h"

#include <memory>
#include <utility>

namespace crema::cli {

Result<gate::Policy> policy_of(const sys::Host& host, const std::filesystem::path& root,
                               const std::string& given) {
  const auto file = given.empty() ? root / "crema.yml" : host.working_directory / given;
  std::error_code ignored;
  if (given.empty() && !std::filesystem::exists(file, ignored)) return gate::Policy();
  auto text = CREMA_TRY(sys::read_file(file));
  return gate::parse_policy(
      std::make_shared<SourceFile>(given.empty() ? "crema.yml" : given, std::move(text)));
}

Result<std::optional<testing::CoverageReport>> coverage_of_records(
    const sys::Host& host, const std::filesystem::path& root,
    std::span<const evidence::Record> records) {
  evidence::Coverage whole;
  bool measured = false;
  for (const auto& record : records) {
    if (const auto* coverage = std::get_if<evidence::Coverage>(&record.evidence)) {
      merge_into(whole, *coverage);
      measured = true;
    }
  }
  if (!measured) return std::optional<testing::CoverageReport>();
  std::string base;
  return std::optional(CREMA_TRY(coverage_facts(host, root, whole, base)));
}

gate::Context gate_context(const sys::Host& host,
                           const std::optional<testing::CoverageReport>& coverage) {
  gate::Context context;
  context.now = host.clock->wall();
  context.today = std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(context.now));
  if (!coverage) return context;
  const auto& report = *coverage;
  context.total = report.total;
  if (report.fresh_known) context.fresh = report.fresh;
  for (const auto& service : report.services)
    context.services.push_back(
        {service.name, service.total, uncovered_functions(report, service.name)});
  return context;
}

}  // namespace crema::cli
