// `crema sbom`: what the repository depends on, as a bill of materials.
#include "arguments.h"
#include "output.h"

#include "crema/evidence/timestamp.h"
#include "crema/scan/deps/cyclonedx.h"
#include "crema/sys/files.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

namespace crema::cli {
namespace {

struct SbomOptions {
  std::string path = ".";
  std::string out;
  std::string name;
};

Result<int> write_bom(const sys::Host& host, const SbomOptions& options) {
  const auto root = (host.working_directory / options.path).lexically_normal();
  const scan::ModuleCache cache(scan::module_cache_path(host));
  const auto inventory = CREMA_TRY(scan::read_inventory(root, cache));
  const auto folder = root.filename().empty() ? root.parent_path().filename() : root.filename();
  const auto bom = scan::cyclonedx_json(
      inventory, {.name = options.name.empty() ? folder.string() : options.name,
                  .time = evidence::timestamp_text(host.clock->wall()),
                  .tool_version = CREMA_VERSION,
                  .cache = &cache});
  if (options.out.empty())
    print(bom);
  else
    CREMA_TRY(sys::write_file_atomically(host.working_directory / options.out, bom));
  std::vector<Diagnostic> gaps;
  for (const auto& one : inventory.not_scanned)
    gaps.push_back(
        make_warning(one.code, fmt::format("{} is not in the bill: {}", one.path, one.reason)));
  report(gaps, host);
  return gaps.empty() ? 0 : static_cast<int>(ExitCode::internal);
}

}  // namespace

int run_sbom(CommandContext& context) {
  SbomOptions options;
  if (const auto ended = parse_arguments(context, "sbom", [&](CLI::App& app) {
        app.add_option("path", options.path, "the folder to look at");
        app.add_option("--out", options.out, "the file to write");
        app.add_option("--name", options.name, "of the whole");
      }))
    return *ended;
  const auto code = write_bom(context.host, options);
  return code ? *code : report(code.error(), context.host);
}

}  // namespace crema::cli
