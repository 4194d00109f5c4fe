// An agent: a machine that makes a part of the load of tests whose coordinators ask it to.
#pragma once

#include "crema/load/remote/certificates.h"
#include "crema/load/remote/endpoint.h"
#include "crema/load/script/log.h"
#include "crema/sys/host.h"

#include <cstdint>
#include <functional>
#include <stop_token>

namespace crema::load {

// Where agents listen, unless they are told otherwise.
inline constexpr std::uint16_t kAgentPort = 6566;

struct AgentRequest {
  Endpoint listen{.host = {}, .port = kAgentPort};
  CertificateFiles certificates;
  std::size_t threads = 1;
  bool once = false;  // ends after one test
  LogSink log;
  std::function<void(const Endpoint&)> on_listening;  // with the real port; may be empty
};

// Serves coordinators, one test at a time, until `stop`. Who has no certificate of the same
// authority gets nothing; a second coordinator is refused with "load/agent-busy", one of another
// version with "load/agent-version". Fails as ChannelTls::create and listen_at do.
Result<> serve_agent(const sys::Host& host, const AgentRequest& request, std::stop_token stop);

}  // namespace crema::load
