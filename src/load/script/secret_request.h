// Asks a server for a secret, as k6's source `url` does.
#pragma once

#include "user_state.h"

#include "crema/load/script/secrets.h"

#include <string>

namespace crema::load {

// For a fiber of the user's loop, which it waits on; nothing of it is measured. Fails with
// "load/secrets": no answer after all retries, one that is no 200, larger than 24 KiB, or has no
// text at the response path.
Result<std::string> request_secret(const UserLinks& links, const SecretSources::Source& source,
                                   const std::string& key);

}  // namespace crema::load
