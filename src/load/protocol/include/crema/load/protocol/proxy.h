// Which proxy a request goes through, by the variables HTTP_PROXY, HTTPS_PROXY and NO_PROXY.
#pragma once

#include "crema/base/result.h"
#include "crema/load/protocol/url.h"
#include "crema/sys/host.h"

#include <optional>
#include <string>
#include <vector>

namespace crema::load {

// As Go's httpproxy reads them: the names in lower case too; this machine itself is never asked
// for through a proxy; NO_PROXY holds "*", domains, addresses and ranges, each with a port or not.
class ProxySettings {
 public:
  ProxySettings() = default;
  // Fails with "load/proxy" on an address that is none, or whose scheme is neither http nor https.
  static Result<ProxySettings> from(const sys::Environment& environment);
  // Null for none.
  const Url* proxy_for(const Url& url) const;

 private:
  bool excepted(const Url& url) const;

  std::optional<Url> http_;
  std::optional<Url> https_;
  std::vector<std::string> exceptions_;
};

}  // namespace crema::load
