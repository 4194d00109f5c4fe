// Feeds any bytes to the readers of what test tools leave: go test's stream, coverage profiles,
// diffs, records; and to those of the scripts that start tests. However a stream is cut, it reads
// the same.
#include "cargo_build.h"
#include "ctest_reader.h"
#include "libtest_reader.h"
#include "node_test_call.h"
#include "reporter_events.h"

#include "crema/evidence/go_profile.h"
#include "crema/evidence/go_test.h"
#include "crema/evidence/record.h"
#include "crema/testing/new_lines.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

namespace {

using crema::evidence::TestSuite;

void require(bool holds) {
  if (!holds) std::abort();
}

std::vector<TestSuite> suites_of(std::string_view stream, std::size_t piece) {
  std::vector<TestSuite> suites;
  crema::evidence::GoTestReader reader(
      {.on_run = {}, .on_case = {}, .on_suite = [&](TestSuite&& suite) {
         suites.push_back(std::move(suite));
       }});
  for (std::size_t at = 0; at < stream.size(); at += piece) reader.feed(stream.substr(at, piece));
  reader.finish();
  return suites;
}

void check_stream(std::string_view text) {
  const auto whole = suites_of(text, text.size() + 1);
  const auto pieces = suites_of(text, 5);
  require(whole.size() == pieces.size());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    require(whole[i].name == pieces[i].name && whole[i].cases.size() == pieces[i].cases.size());
    const auto record = crema::evidence::to_json({.origin = {}, .evidence = whole[i]});
    require(crema::evidence::record_from_json(record).has_value());
  }
}

// Streams of frameworks: cut anywhere, they give as many cases.
template <typename Reader, typename Count>
void check_cuts(std::string_view text, const auto& make, const Count& count) {
  Reader whole = make();
  whole.feed(text);
  Reader pieces = make();
  for (std::size_t at = 0; at < text.size(); at += 5) pieces.feed(text.substr(at, 5));
  require(count(whole) == count(pieces));
}

std::size_t cases_in(const std::vector<TestSuite>& suites) {
  std::size_t count = suites.size();
  for (const auto& suite : suites) count += suite.cases.size();
  return count;
}

void check_frameworks(std::string_view text) {
  using namespace crema::testing;
  constexpr auto kCrash = crema::evidence::FailureKind::crash;
  check_cuts<ReporterEvents>(
      text, [] { return ReporterEvents("/repo", "jest", "", {}); },
      [](auto& reader) { return cases_in(reader.finish()); });
  check_cuts<LibtestReader>(
      text,
      [] {
        return LibtestReader(
            [](std::string_view name) { return TestSuite{.name = std::string(name)}; }, {});
      },
      [](auto& reader) { return cases_in(reader.finish(kCrash, "ended")); });
  check_cuts<CtestReader>(
      text, [] { return CtestReader([](std::string_view name) { return std::string(name); }, {}); },
      [](auto& reader) {
        reader.finish();
        return reader.cases().size();
      });
  (void)explain_rust_failure(text);
  (void)place_in_text(text, "/repo");
  (void)script_call(text, "jest");
  (void)node_test_call(text);
  (void)read_cargo_build(text, "/repo");
  (void)read_cargo_metadata(text, "/repo");
}

void check_profile(const std::string& text) {
  const auto profile =
      crema::evidence::read_go_profile(std::make_shared<crema::SourceFile>("cover.out", text));
  if (!profile) return;
  for (const auto& file : profile->files) {
    if (file.blocks.empty() || file.blocks.back().end_line < 10'000)
      (void)crema::evidence::line_states(file);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  check_stream(text);
  check_profile(text);
  check_frameworks(text);
  (void)crema::evidence::go_functions(text);
  (void)crema::testing::parse_diff(text);
  if (const auto record = crema::evidence::record_from_json(text)) {
    const auto again = crema::evidence::to_json(*record);
    const auto same = crema::evidence::record_from_json(again);
    require(same.has_value() && crema::evidence::to_json(*same) == again);
  }
  return 0;
}
