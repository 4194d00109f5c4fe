// `crema load agent`: a machine that makes a part of other machines' load tests.
#pragma once

#include "command.h"

#include "crema/load/remote/certificates.h"
#include "crema/load/test_run.h"

#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace crema::cli {

// The certificates of one side, as they are named on the command line: a folder that
// `--make-certificates` wrote, or file by file, which comes first.
struct CertificateArguments {
  std::string folder, certificate, key, authority;

  void declare(CLI::App& app);
  // Fails with "load/certificates" where one is missing.
  Result<load::CertificateFiles> files(const sys::Host& host, load::Side side) const;
};

// Which agents make the load of a test.
struct AgentsArguments {
  std::string agents;  // "host:port,host:port"
  std::string loss = "abort";
  std::string wait = "0s";
  CertificateArguments certificates;

  void declare(CLI::App& app);
  // None where no agents are named.
  Result<std::optional<load::AgentsChoice>> choice(const sys::Host& host) const;
};

// The cores this process may run on.
std::size_t cores();

int serve_as_agent(CommandContext& context);

}  // namespace crema::cli
