#include "cover_files.h"

#include "report_material.h"
#include "test_text.h"

#include "crema/evidence/cobertura.h"
#include "crema/evidence/lcov.h"
#include "crema/report/badge.h"
#include "crema/report/page.h"
#include "crema/sys/files.h"

namespace crema::cli {
namespace {

std::string badge_of(const CoverFacts& facts) {
  constexpr double kFair = 60;
  const auto& total = facts.report.total;
  const auto colour = total.percent() < kFair ? report::BadgeColour::bad
                      : facts.failed          ? report::BadgeColour::fair
                                              : report::BadgeColour::good;
  const bool measured = total.statements > 0;
  return report::badge_svg("coverage", measured ? percent_text(total) + " %" : "unknown",
                           measured ? colour : report::BadgeColour::bad);
}

// Without what is left out.
evidence::Coverage what_counts(const testing::CoverageReport& report) {
  evidence::Coverage measured{.mode = evidence::CoverageMode::count};
  for (const auto& file : report.files) measured.files.push_back(file.coverage);
  return measured;
}

Result<> write_html(const sys::Host& host, const std::filesystem::path& file,
                    const CoverFacts& facts) {
  if (facts.run == nullptr) {
    auto error = make_error("cover/html", "--html shows a run, and --coverprofile names none");
    error.hint = "`crema test unit` measures in a run";
    return fail(std::move(error));
  }
  auto material = CREMA_TRY(report_material(host, facts.project, *facts.run));
  material.view = "coverage";
  CREMA_TRY(report::write_page(file, *facts.run->store, material));
  return {};
}

}  // namespace

Result<> write_cover_files(const sys::Host& host, const CoverFiles& files,
                           const CoverFacts& facts) {
  const auto path = [&](const std::string& given) {
    return (host.working_directory / given).lexically_normal();
  };
  if (!files.badge.empty()) CREMA_TRY(sys::write_file(path(files.badge), badge_of(facts)));
  if (!files.html.empty()) CREMA_TRY(write_html(host, path(files.html), facts));
  if (files.lcov.empty() && files.cobertura.empty()) return {};
  const auto measured = what_counts(facts.report);
  if (!files.lcov.empty())
    CREMA_TRY(sys::write_file(path(files.lcov), evidence::lcov_text(measured)));
  if (!files.cobertura.empty())
    CREMA_TRY(sys::write_file(path(files.cobertura),
                              evidence::cobertura_xml(measured, host.clock->wall())));
  return {};
}

}  // namespace crema::cli
