// What rules about package managers share.
#pragma once

#include "crema/shell/script.h"

namespace crema::scan {

// pip, pip3, pipx, python -m pip, with install.
bool is_pip_install(const shell::Command& command);

}  // namespace crema::scan
