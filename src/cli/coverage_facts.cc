#include "coverage_facts.h"

#include "crema/base/strings.h"
#include "crema/run/repository.h"
#include "crema/sys/files.h"
#include "crema/sys/process.h"
#include "crema/testing/go_module.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace crema::cli {
namespace {

Result<testing::Exclusions> exclusions_of(const std::filesystem::path& root) {
  testing::Exclusions exclusions;
  const auto source = [&](const std::string& name) -> SourcePtr {
    auto text = sys::read_file(root / name);
    return text ? std::make_shared<SourceFile>(name, std::move(*text)) : nullptr;
  };
  if (const auto sonar = source("sonar-project.properties")) exclusions.add_sonar(sonar);
  for (const auto* name : {"codecov.yml", ".codecov.yml", ".github/codecov.yml"}) {
    if (const auto codecov = source(name)) CREMA_TRY(exclusions.add_codecov(codecov));
  }
  if (const auto own = source("crema.yml")) CREMA_TRY(exclusions.add_crema(own));
  return exclusions;
}

Result<std::string> git(const sys::Host& host, const std::filesystem::path& root,
                        std::vector<std::string> arguments) {
  sys::Command command;
  command.argv = {"git"};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  command.environment = host.environment;
  command.working_directory = root;
  auto captured = CREMA_TRY(sys::capture(command, std::chrono::minutes(1)));
  if (captured.exit.ok()) return std::move(captured.output);
  return fail("cover/git", "git " + arguments[0] + ": " + std::string(trim(captured.error)));
}

// What the branch has added; nullopt where no base was asked for and none offers itself.
Result<std::optional<testing::NewLines>> lines_since(const sys::Host& host,
                                                     const std::filesystem::path& root,
                                                     std::string& base) {
  if (base.empty()) {
    const auto repository = CREMA_TRY(run::read_repository(root, host));
    if (!repository.git || repository.ref_name() == repository.default_branch)
      return std::optional<testing::NewLines>();
    base = repository.default_branch;
    if (!git(host, root, {"rev-parse", "--verify", "--quiet", base + "^{commit}"}))
      base = "origin/" + base;
  }
  const auto fork = CREMA_TRY(git(host, root, {"merge-base", base, "HEAD"}));
  const auto diff =
      CREMA_TRY(git(host, root,
                    {"diff", "--unified=0", "--no-color", "--no-ext-diff", "--relative",
                     "--src-prefix=a/", "--dst-prefix=b/", std::string(trim(fork)), "--"}));
  return std::optional(testing::parse_diff(diff));
}

}  // namespace

Result<testing::CoverageReport> coverage_facts(const sys::Host& host,
                                               const std::filesystem::path& root,
                                               const evidence::Coverage& coverage,
                                               std::string& base) {
  const auto exclusions = CREMA_TRY(exclusions_of(root));
  const auto fresh = CREMA_TRY(lines_since(host, root, base));
  testing::CoverageRequest request{
      .root = root, .exclusions = exclusions, .fresh = fresh ? &*fresh : nullptr, .modules = {}};
  for (const auto& module : testing::find_go_modules(root))
    request.modules.push_back(module.folder);
  return testing::report_coverage(coverage, request);
}

std::vector<std::string> uncovered_functions(const testing::CoverageReport& report,
                                             const std::string& service) {
  std::vector<std::string> lines;
  for (const auto& file : report.files) {
    if (file.service != service) continue;
    for (const auto& function : file.coverage.functions) {
      if (function.count == 0 && total_of(file.coverage, function).statements > 0)
        lines.push_back(fmt::format("{}:{}  {}", file.path, function.line, function.name));
    }
  }
  return lines;
}

}  // namespace crema::cli
