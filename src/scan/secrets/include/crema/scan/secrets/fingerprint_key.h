// The key that fingerprints of secrets are made with: with it a stored fingerprint tells nobody the
// secret, without it a weak password could be guessed and compared.
#pragma once

#include "crema/base/result.h"
#include "crema/sys/host.h"

#include <filesystem>
#include <string>

namespace crema::scan {

// CREMA_FINGERPRINT_KEY where it is set, as a team sets it where several machines share baselines;
// else that of the user: 64 hexadecimal digits in crema/fingerprint.key of the user's data folder
// ($XDG_DATA_HOME, ~/.local/share), made on first use and readable to nobody else. Errors are
// "secrets/fingerprint-key".
Result<std::string> fingerprint_key(const sys::Host& host);

}  // namespace crema::scan
