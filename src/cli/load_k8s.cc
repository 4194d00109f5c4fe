#include "load_k8s.h"

#include "arguments.h"
#include "kubernetes_manifest.h"
#include "left_evidence.h"
#include "load_log.h"
#include "output.h"

#include "crema/load/remote/certificates.h"
#include "crema/load/test_run.h"
#include "crema/sys/files.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

namespace crema::cli {
namespace {

struct KubernetesOptions {
  std::string script;
  std::vector<std::string> environment;
  bool merged = false;
  KubernetesTest test;
};

// Only what -e names: an archive in a cluster is no place for the environment of a shell.
sys::Environment environment_of(const sys::Host& host, const KubernetesOptions& options) {
  sys::Environment environment;
  for (const std::string& pair : options.environment) {
    const auto equals = pair.find('=');
    const std::string name = pair.substr(0, equals);
    environment[name] =
        equals == std::string::npos ? host.variable(name).value_or("") : pair.substr(equals + 1);
  }
  return environment;
}

Result<std::map<std::string, std::string>> new_certificates(const sys::Host& host) {
  const auto folder =
      CREMA_TRY(sys::TemporaryDirectory::create(host.temporary_directory, "agents-"));
  CREMA_TRY(load::make_certificates(folder.path(), *host.clock));
  std::map<std::string, std::string> files;
  for (const char* name :
       {"authority.pem", "agent.pem", "agent-key.pem", "coordinator.pem", "coordinator-key.pem"})
    files[name] = CREMA_TRY(sys::read_file(folder.path() / name));
  return files;
}

Result<std::string> manifest(const sys::Host& host, KubernetesOptions& options) {
  LoadLog log(host, {});
  load::TestRequest request{.script = options.script};
  request.environment = environment_of(host, options);
  request.log = [&log](const load::LogEntry& entry) { log.write(entry); };
  auto archiving = load::archive_test(host, request, true);
  if (archiving.exit != load::LoadExit::ok)
    return fail("load/k8s", fmt::format("{} cannot be archived", options.script));
  options.test.archive = std::move(archiving.bytes);
  if (options.test.name.empty())
    options.test.name = slug(std::filesystem::path(options.script).stem().string());
  if (options.merged) options.test.certificates = CREMA_TRY(new_certificates(host));
  return kubernetes_manifest(options.test);
}

}  // namespace

int print_kubernetes(CommandContext& context) {
  KubernetesOptions options;
  if (const auto ended = parse_arguments(context, "load", [&](CLI::App& app) {
        app.add_option("script", options.script, "a file or an archive")->required();
        app.add_option("--parallelism", options.test.parallelism, "pods that make load");
        app.add_option("--image", options.test.image, "an image with crema in it");
        app.add_option("--namespace", options.test.space, "where the objects are");
        app.add_option("--name", options.test.name, "of the objects (default: the script's)");
        app.add_option("--cpu", options.test.cpu, "that each pod asks for");
        app.add_option("--memory", options.test.memory, "that each pod may have");
        app.add_option("-e,--env", options.environment, "NAME=VALUE for __ENV")
            ->take_all()
            ->allow_extra_args(false);
        app.add_option("--run-argument", options.test.arguments, "for `crema load run`, one by one")
            ->take_all()
            ->allow_extra_args(false);
        app.add_flag("--merged", options.merged, "agents and one coordinator: one result");
      }))
    return *ended;
  const auto text = manifest(context.host, options);
  if (!text) return report(text.error(), context.host);
  print(*text);
  return 0;
}

}  // namespace crema::cli
