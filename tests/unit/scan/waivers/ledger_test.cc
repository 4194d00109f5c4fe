#include "crema/scan/waivers/waiver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::scan {
namespace {

using evidence::FindingState;
using evidence::Reach;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view kToday = "2026-11-25";

Found found(std::string rule = "CRM-1") {
  return {.finding = {.rule = std::move(rule),
                      .aliases = {"CKV_AWS_20"},
                      .family = "dependencies",
                      .reach = Reach::imported,
                      .subject = "golang.org/x/net@v0.1.0",
                      .locations = {{.path = "services/a/go.mod", .line = 4}},
                      .fingerprint = "f1"}};
}

FindingState state_after(Waiver waiver) {
  auto one = found();
  const Waiver waivers[] = {std::move(waiver)};
  apply_waivers({&one, 1}, waivers, {}, kToday);
  return one.finding.state;
}

TEST(Waivers, CoverWhatAllTheyNameHolds) {
  EXPECT_EQ(state_after({.rules = {"crm-1"}}), FindingState::suppressed);
  EXPECT_EQ(state_after({.rules = {"CKV_AWS*"}}), FindingState::suppressed);
  EXPECT_EQ(state_after({.rules = {"CRM-10"}}), FindingState::fresh);
  EXPECT_EQ(state_after({.rules = {"CRM-1"}, .family = "secrets"}), FindingState::fresh);
  EXPECT_EQ(state_after({.paths = {"/services/**"}}), FindingState::suppressed);
  EXPECT_EQ(state_after({.paths = {"/other/**"}}), FindingState::fresh);
  EXPECT_EQ(state_after({.path_expressions = {"/a/"}}), FindingState::suppressed);
  EXPECT_EQ(state_after({.subject = "golang.org/x/net@*"}), FindingState::suppressed);
  EXPECT_EQ(state_after({.fingerprint = "f2"}), FindingState::fresh);
  EXPECT_EQ(state_after({.rules = {"CRM-1"}, .line = 5}), FindingState::fresh);
  EXPECT_EQ(state_after({.rules = {"CRM-1"}, .known = true}), FindingState::known);
}

TEST(Waivers, DoNotCoverAStrongerClaim) {
  EXPECT_EQ(state_after({.rules = {"CRM-1"}, .claim = Reach::not_imported}), FindingState::fresh);
  EXPECT_EQ(state_after({.rules = {"CRM-1"}, .claim = Reach::imported}), FindingState::suppressed);
}

TEST(Waivers, EndAndAreSaidToHaveEnded) {
  auto one = found();
  const Waiver waivers[] = {{.rules = {"CRM-1"}, .until = "2026-11-24"},
                            {.rules = {"CRM-2"}, .until = "2026-11-25"}};
  const auto ledger = apply_waivers({&one, 1}, waivers, {}, kToday);
  EXPECT_EQ(one.finding.state, FindingState::fresh);
  ASSERT_THAT(ledger.warnings, SizeIs(2));
  EXPECT_EQ(ledger.warnings[0].code, "waiver/expired");
  EXPECT_EQ(ledger.warnings[1].code, "waiver/unused");
}

TEST(Waivers, OnTheirLastDayStillCover) {
  EXPECT_EQ(state_after({.rules = {"CRM-1"}, .until = "2026-11-25"}), FindingState::suppressed);
}

TEST(Waivers, AndCommentsAreNamedInTheFinding) {
  auto one = found();
  const Waiver waivers[] = {
      {.rules = {"CRM-1"}, .reason = "r", .owner = "o", .until = "2027-01-01"}};
  const FileMarkers markers[] = {
      {"services/a/go.mod", find_markers("go.mod", "\n\n\n// crema:ignore CRM-1 -- s")}};
  const auto ledger = apply_waivers({&one, 1}, waivers, markers, kToday);
  EXPECT_THAT(ledger.warnings, IsEmpty());
  EXPECT_EQ(ledger.suppressed, 1U);
  ASSERT_THAT(one.finding.suppressions, SizeIs(2));
  EXPECT_EQ(one.finding.suppressions[0].reason, "r");
  EXPECT_EQ(one.finding.suppressions[1].by, "services/a/go.mod:4");
}

TEST(Markers, ThatCoverNothingAreSaidWhereTheyAreOurs) {
  auto one = found();
  const FileMarkers markers[] = {
      {"x.go", find_markers("x.go", "// crema:ignore CRM-9 -- s\n// #nosec\n")}};
  const auto ledger = apply_waivers({&one, 1}, {}, markers, kToday);
  ASSERT_THAT(ledger.warnings, SizeIs(1));
  EXPECT_EQ(ledger.warnings[0].span.line, 1U);
}

}  // namespace
}  // namespace crema::scan
