#include "test_selection.h"

#include "run_choice.h"

#include "crema/base/strings.h"
#include "crema/run/repository.h"
#include "crema/sys/files.h"
#include "crema/testing/go_impact.h"
#include "crema/testing/go_module.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace crema::cli {
namespace {

constexpr std::size_t kRunsLookedAt = 20;

void add_times(testing::SuiteTimes& times, const evidence::TestSuite& suite) {
  testing::SuiteTime time{.duration = suite.duration, .tests = {}};
  for (const auto& test : suite.cases) {
    if (test.name.find('/') == std::string::npos) time.tests[test.name] = test.duration;
  }
  times.emplace(suite.name, std::move(time));  // the newest is there already
}

bool has_test(const std::filesystem::path& folder, const std::string& name) {
  std::error_code error;
  for (auto entry = std::filesystem::directory_iterator(folder, error);
       !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    if (!entry->path().string().ends_with("_test.go")) continue;
    const auto source = sys::read_file(entry->path());
    if (source && source->find("func " + name + "(") != std::string::npos) return true;
  }
  return false;
}

}  // namespace

Result<testing::Shard> parse_shard(std::string_view text) {
  testing::Shard shard{0, 0};
  const auto slash = text.find('/');
  if (slash != std::string_view::npos) {
    const auto index = text.substr(0, slash);
    const auto count = text.substr(slash + 1);
    std::from_chars(index.data(), index.data() + index.size(), shard.index);
    std::from_chars(count.data(), count.data() + count.size(), shard.count);
  }
  if (shard.index >= 1 && shard.index <= shard.count && shard.count <= 1000) return shard;
  auto error = make_error("test/shard", "'" + std::string(text) + "' is no shard");
  error.hint = "2/4 is the second of four";
  return fail(std::move(error));
}

Result<testing::SuiteTimes> recorded_times(const sys::Host& host, const std::string& part) {
  testing::SuiteTimes times;
  const auto own = CREMA_TRY(open_own_run(host));
  std::unique_ptr<store::Store> opened;
  if (!own) opened = CREMA_TRY(open_store(host));
  auto& store = own ? *own->store : *opened;
  for (const auto& run : CREMA_TRY(store.list_runs(kRunsLookedAt))) {
    if (run.state == store::RunState::running) continue;
    for (const auto& record : CREMA_TRY(store.records(run.number))) {
      const auto* suite = std::get_if<evidence::TestSuite>(&record.evidence);
      if (suite != nullptr && suite->shard.empty() && suite->part == part && !suite->cached)
        add_times(times, *suite);
    }
  }
  return times;
}

Result<std::vector<std::string>> changed_files(const sys::Host& host, const Project& project,
                                               const std::string& ref) {
  const auto repository = CREMA_TRY(run::read_repository(project.root, host));
  auto base = ref == "auto" ? std::string() : ref;
  if (ref == "auto" && repository.git && repository.ref_name() != repository.default_branch)
    base = repository.default_branch;
  auto files = run::changed_paths(repository, base, host);
  if (!files && ref == "auto" && !base.empty())
    files = run::changed_paths(repository, "origin/" + base, host);
  if (files) return *std::move(files);
  auto error =
      make_error("test/changed",
                 base.empty() ? "git cannot tell what has changed here"
                              : fmt::format("git cannot tell what has changed since {}", base));
  error.hint = "name a commit that is here: --changed=main";
  return fail(std::move(error));
}

Result<std::string> explain_selection(const sys::Host& host, const Project& project,
                                      const std::string& name,
                                      const std::vector<std::string>& changed,
                                      const std::string& tags) {
  const auto modules = testing::find_go_modules(project.root);
  const auto impact = CREMA_TRY(testing::GoImpact::read(project.root, modules, tags, host));
  const auto affected = impact.affected_by(changed);
  std::string folder = name.starts_with("./") ? name.substr(2) : name;
  while (folder.ends_with('/')) folder.pop_back();
  std::string out;
  for (const auto& package : impact.packages()) {
    const bool meant = package.path == name || package.folder == folder ||
                       package.path.ends_with("/" + folder) ||
                       has_test(project.root / package.folder, name);
    if (!meant) continue;
    const auto why = testing::explain_impact(affected, package.path);
    if (!package.has_tests)
      out += fmt::format("out  {}: it has no tests\n", package.path);
    else if (why.empty())
      out += fmt::format("out  {}: it depends on none of the {} files that changed\n", package.path,
                         changed.size());
    else
      out += fmt::format("in   {}\n", why);
  }
  if (!out.empty()) return out;
  auto error = make_error("test/unknown", "there is no package and no test called " + name);
  error.hint = "name an import path, a folder, or a test function";
  return fail(std::move(error));
}

}  // namespace crema::cli
