#include "crema/scan/history/hooks.h"

#include "git.h"

#include "crema/sys/files.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace crema::scan {
namespace {

constexpr std::string_view kMark = "# Written by `crema scan install-hook`.";
constexpr std::string_view kPutAside = ".before-crema";

constexpr std::string_view kPreCommit = R"(
exec "$crema" scan secrets --staged
)";
// A branch that is new has no older commit to begin at: then what no other reference has.
constexpr std::string_view kPreReceive = R"(
failed=0
while read -r old new name; do
  case $new in *[!0]*) ;; *) continue ;; esac
  case $old in
    *[!0]*) range="$old..$new" ;;
    *) range="$new --not --all" ;;
  esac
  "$crema" scan secrets --git "$range" </dev/null || { failed=$?; echo "crema: $name is refused" >&2; }
done <"$input"
exit "$failed"
)";

std::string_view name_of(HookKind kind) {
  return kind == HookKind::pre_commit ? "pre-commit" : "pre-receive";
}

std::string shell_word(std::string_view text) {
  std::string all = "'";
  for (const char c : text) c == '\'' ? all.append("'\\''") : all.append(1, c);
  return all + "'";
}

// Where git looks for hooks.
Result<std::filesystem::path> hooks_folder(git_repository* repository) {
  git_config* opened = nullptr;
  if (git_repository_config_snapshot(&opened, repository) != 0)
    return git_error("cannot read the settings of git");
  const std::unique_ptr<git_config, GitRelease<git_config_free>> settings(opened);
  git_buf buffer = GIT_BUF_INIT;
  if (git_config_get_path(&buffer, opened, "core.hooksPath") == 0) {
    std::filesystem::path told(buffer.ptr);
    git_buf_dispose(&buffer);
    const char* top = git_repository_workdir(repository);
    if (told.is_relative())
      told = std::filesystem::path(top == nullptr ? git_repository_path(repository) : top) / told;
    return told;
  }
  return std::filesystem::path(git_repository_commondir(repository)) / "hooks";
}

tl::unexpected<Diagnostic> foreign(const std::filesystem::path& path, std::string hint) {
  auto error = make_error("hooks/foreign", path.string() + " is a hook that crema did not write");
  error.hint = std::move(hint);
  return fail(std::move(error));
}

Result<> make_executable(const std::filesystem::path& path) {
  using std::filesystem::perms;
  std::error_code error;
  std::filesystem::permissions(path,
                               perms::owner_all | perms::group_read | perms::group_exec |
                                   perms::others_read | perms::others_exec,
                               error);
  if (error)
    return fail("hooks/unwritable",
                fmt::format("cannot make {} executable: {}", path.string(), error.message()));
  return {};
}

}  // namespace

std::string hook_text(HookKind kind, const std::filesystem::path& crema) {
  const auto name = name_of(kind);
  std::string text = fmt::format("#!/bin/sh\n{}\n", kMark);
  const auto before = fmt::format("\"$(dirname \"$0\")/{}{}\"", name, kPutAside);
  if (kind == HookKind::pre_receive)
    // Both hooks read what is pushed.
    text += "input=$(mktemp) || exit 1\ntrap 'rm -f \"$input\"' EXIT\ncat >\"$input\"\n" +
            fmt::format("if [ -x {0} ]; then {0} \"$@\" <\"$input\" || exit $?; fi\n", before);
  else
    text += fmt::format("if [ -x {0} ]; then {0} \"$@\" || exit $?; fi\n", before);
  text += fmt::format(
      "crema={}\n"
      "[ -x \"$crema\" ] || crema=$(command -v crema) || {{\n"
      "  echo 'crema: the program is gone, so nothing was looked at: install it, or remove this "
      "hook' >&2\n"
      "  exit 1\n"
      "}}",
      shell_word(crema.string()));
  return text + std::string(kind == HookKind::pre_commit ? kPreCommit : kPreReceive);
}

Result<InstalledHook> install_hook(const std::filesystem::path& root, HookKind kind,
                                   const std::filesystem::path& crema, bool force) {
  const GitLibrary library;
  const auto repository = CREMA_TRY(open_repository(root));
  const auto folder = CREMA_TRY(hooks_folder(repository.get()));
  InstalledHook hook{.path = folder / name_of(kind)};
  const auto aside = std::filesystem::path(hook.path.string() + std::string(kPutAside));
  const auto text = hook_text(kind, crema);
  std::error_code error;
  const bool is_aside = std::filesystem::exists(aside, error);
  if (is_aside) hook.put_aside = aside;
  if (std::filesystem::exists(std::filesystem::symlink_status(hook.path, error))) {
    const auto there = sys::read_file(hook.path);
    if (there && *there == text) return hook;
    const bool ours = there && there->find(kMark) != std::string::npos;
    if (!ours && !force)
      return foreign(hook.path, "with --force it is kept and runs before crema's");
    if (!ours && is_aside)
      return foreign(hook.path, "another one is already at " + aside.string() +
                                    ": make one of the two, and remove the other");
    if (!ours) {
      std::filesystem::rename(hook.path, aside, error);
      if (error)
        return fail("hooks/unwritable",
                    fmt::format("cannot put {} aside: {}", hook.path.string(), error.message()));
      hook.put_aside = aside;
    }
  }
  CREMA_TRY(sys::make_directories(folder));
  if (const auto written = sys::write_file_atomically(hook.path, text); !written)
    return fail("hooks/unwritable", written.error().message);
  CREMA_TRY(make_executable(hook.path));
  hook.changed = true;
  return hook;
}

}  // namespace crema::scan
