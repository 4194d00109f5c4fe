#include "load_agent.h"

#include "arguments.h"
#include "load_log.h"
#include "output.h"

#include "crema/base/strings.h"
#include "crema/load/agent.h"
#include "crema/load/exit_codes.h"
#include "crema/load/schedule/duration.h"
#include "crema/sys/signals.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <stop_token>

namespace crema::cli {
namespace {

struct AgentOptions {
  std::string verb, listen, make_certificates;
  CertificateArguments certificates;
  LoadLogOptions log;
  std::size_t threads = 0;
  bool once = false;
};

int make(const sys::Host& host, const std::string& folder) {
  const auto path = host.working_directory / folder;
  if (const auto made = load::make_certificates(path, *host.clock); !made)
    return report(made.error(), host);
  print(fmt::format(
      "{0}: authority.pem, agent.pem, agent-key.pem, coordinator.pem, "
      "coordinator-key.pem\nCopy authority.pem and the two files of agent to every "
      "agent, keep the two of coordinator here:\n  crema load agent --certificates {0}\n"
      "  crema load run SCRIPT --agents HOST:{1} --certificates {0}\n",
      folder, load::kAgentPort));
  return 0;
}

Result<load::AgentRequest> request_of(const sys::Host& host, const AgentOptions& options,
                                      LoadLog& log) {
  load::AgentRequest request;
  if (!options.listen.empty())
    request.listen = CREMA_TRY(load::parse_endpoint(options.listen, load::kAgentPort));
  request.certificates = CREMA_TRY(options.certificates.files(host, load::Side::agent));
  request.once = options.once;
  request.threads = options.threads == 0 ? cores() : options.threads;
  request.log = [&log](const load::LogEntry& entry) { log.write(entry); };
  request.on_listening = [&log](const load::Endpoint& endpoint) {
    log.write({.level = load::LogLevel::info,
               .message = fmt::format("waiting for coordinators at {}", format_endpoint(endpoint)),
               .fields = {}});
  };
  return request;
}

}  // namespace

std::size_t cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return 1;
  return static_cast<std::size_t>(std::max(1, CPU_COUNT(&set)));
}

void CertificateArguments::declare(CLI::App& app) {
  app.add_option("--certificates", folder, "a folder of `crema load agent --make-certificates`");
  app.add_option("--certificate", certificate, "a PEM file: who this side is");
  app.add_option("--key", key, "a PEM file: the certificate's key");
  app.add_option("--authority", authority, "a PEM file: who has signed the other side");
}

Result<load::CertificateFiles> CertificateArguments::files(const sys::Host& host,
                                                           load::Side side) const {
  load::CertificateFiles files;
  if (!folder.empty()) files = load::certificate_files(host.working_directory / folder, side);
  if (!certificate.empty()) files.certificate = host.working_directory / certificate;
  if (!key.empty()) files.key = host.working_directory / key;
  if (!authority.empty()) files.authority = host.working_directory / authority;
  if (files.certificate.empty() || files.key.empty() || files.authority.empty()) {
    auto error = make_error("load/certificates",
                            "agents and their coordinators need certificates of one authority");
    error.hint =
        "make them with `crema load agent --make-certificates DIR`, then give both sides "
        "--certificates DIR";
    return error;
  }
  return files;
}

void AgentsArguments::declare(CLI::App& app) {
  app.add_option("--agents", agents, "HOST:PORT,HOST:PORT: machines that make the load");
  app.add_option("--agent-loss", loss, "abort or continue where an agent is lost");
  app.add_option("--agent-wait", wait, "how long agents may take to be there");
  certificates.declare(app);
}

Result<std::optional<load::AgentsChoice>> AgentsArguments::choice(const sys::Host& host) const {
  if (loss != "abort" && loss != "continue")
    return fail("load/agent-loss", fmt::format("--agent-loss {}: abort and continue are", loss));
  if (agents.empty()) return std::optional<load::AgentsChoice>();
  load::AgentsChoice choice;
  for (const auto text : split(agents, ','))
    choice.agents.push_back(CREMA_TRY(load::parse_endpoint(trim(text), load::kAgentPort)));
  choice.certificates = CREMA_TRY(certificates.files(host, load::Side::coordinator));
  choice.wait = CREMA_TRY(load::parse_duration(wait));
  choice.go_on = loss == "continue";
  return std::optional(std::move(choice));
}

int serve_as_agent(CommandContext& context) {
  AgentOptions options;
  if (const auto ended = parse_arguments(context, "load", [&](CLI::App& app) {
        app.add_option("--listen", options.listen, "where to wait for coordinators");
        app.add_option("--make-certificates", options.make_certificates, "write a set and end");
        options.certificates.declare(app);
        app.add_flag("--once", options.once, "end after one test");
        app.add_option("--threads", options.threads, "threads that make load");
        app.add_option("--log-format", options.log.format, "text, json or raw");
        app.add_option("--log-output", options.log.output, "stderr, stdout, none or file=PATH");
        app.add_flag("-v,--verbose", options.log.verbose, "say more");
      }))
    return *ended;
  if (!options.make_certificates.empty()) return make(context.host, options.make_certificates);
  std::stop_source stop;
  const sys::SignalWatcher watcher(stop,
                                   [] { ::_exit(static_cast<int>(load::LoadExit::interrupted)); });
  LoadLog log(context.host, options.log);
  const auto request = request_of(context.host, options, log);
  if (!request) return report(request.error(), context.host);
  const auto served = load::serve_agent(context.host, *request, stop.get_token());
  return served ? 0 : report(served.error(), context.host);
}

}  // namespace crema::cli
