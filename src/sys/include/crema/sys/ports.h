// TCP ports of this machine's loopback.
#pragma once

#include "crema/base/result.h"

#include <cstdint>
#include <string>

namespace crema::sys {

// A port nobody listens on at this moment.
Result<std::uint16_t> free_port();
bool port_is_free(std::uint16_t port);
// Who listens on a port: "redis-server (process 4711)"; "another process" where it cannot be told.
std::string port_holder(std::uint16_t port);
// Whether something accepts connections there.
bool port_answers(std::uint16_t port);

}  // namespace crema::sys
