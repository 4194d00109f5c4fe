// Hooks of git that look for secrets: before a commit is made, and before a server takes one.
#pragma once

#include "crema/base/result.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace crema::scan {

enum class HookKind : std::uint8_t { pre_commit, pre_receive };

// A program of the shell. It first runs what was there before, if that was put aside beside it.
// `crema` is where the program is; where it is gone, the one on PATH, and without any the hook says
// no: what was not looked at is not clean.
std::string hook_text(HookKind kind, const std::filesystem::path& crema);

struct InstalledHook {
  std::filesystem::path path;
  std::filesystem::path put_aside;  // the hook that was there; empty where there was none
  bool changed = false;             // false: it was there already, the same
};

// Writes it where this repository's hooks are: core.hooksPath, or the common folder of all
// worktrees. A hook that is not ours is left alone, and an error; with `force` it is put aside as
// NAME.before-crema and runs first. Errors are "git/no-repository", "hooks/foreign" and
// "hooks/unwritable".
Result<InstalledHook> install_hook(const std::filesystem::path& root, HookKind kind,
                                   const std::filesystem::path& crema, bool force);

}  // namespace crema::scan
