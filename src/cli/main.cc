// crema's main: find out how we were started, then hand over to the command.
#include "command.h"

#include "crema/run/shims.h"
#include "crema/sys/host.h"

#include <fmt/format.h>

#include <filesystem>

namespace crema::cli {
namespace {

void print_overview() {
  fmt::print("crema runs a repository's GitHub Actions workflows on this machine.\n\n");
  fmt::print("usage: crema [-C FOLDER] COMMAND [OPTIONS]\n\n");
  for (const auto& command : commands()) {
    fmt::print("  {:<10} {}\n", command.name, command.summary);
  }
  fmt::print(
      "\n`crema help COMMAND` prints a command's manual page, `crema --version` the version.\n");
}

int print_help(const sys::Host& host, std::span<const std::string> arguments) {
  if (arguments.empty()) {
    print_overview();
    return 0;
  }
  const auto page = manual(arguments.front());
  if (page.empty()) {
    auto unknown =
        make_error("cli/unknown-command", "there is no command '" + arguments.front() + "'");
    unknown.hint = "run `crema help` for the list";
    return report(unknown, host);
  }
  fmt::print("{}", page);
  return 0;
}

// `-C FOLDER` before the command: as if started there.
Result<> enter_folder(sys::Host& host, std::vector<std::string>& arguments) {
  while (!arguments.empty() && arguments.front() == "-C") {
    if (arguments.size() < 2) return fail("cli/usage", "-C needs a folder");
    const auto folder = host.working_directory / arguments[1];
    std::error_code error;
    std::filesystem::current_path(folder, error);
    if (error) {
      return fail("cli/no-folder", "cannot enter '" + arguments[1] + "': " + error.message());
    }
    host.working_directory = std::filesystem::current_path(error);
    arguments.erase(arguments.begin(), arguments.begin() + 2);
  }
  return {};
}

int dispatch(sys::Host host, std::vector<std::string> arguments) {
  if (auto entered = enter_folder(host, arguments); !entered) return report(entered.error(), host);
  if (arguments.empty()) return print_help(host, {});
  const std::string name = arguments.front();
  arguments.erase(arguments.begin());
  if (name == "help" || name == "--help" || name == "-h") return print_help(host, arguments);
  if (name == "version" || name == "--version") {
    fmt::print("crema {}\n", CREMA_VERSION);
    return 0;
  }
  const auto* command = find_command(name);
  if (command == nullptr) {
    auto unknown = make_error("cli/unknown-command", "there is no command '" + name + "'");
    unknown.hint = "run `crema help` for the list";
    return report(unknown, host);
  }
  CommandContext context{host, std::move(arguments)};
  return command->run(context);
}

// Started under the name of another program: its arguments, its version line.
int stand_in(const sys::Host& host, const run::Shim& shim, std::vector<std::string> arguments) {
  const std::string first = arguments.empty() ? "help" : arguments.front();
  if (first == "version" || first == "--version") {
    fmt::print("{} v{} (crema {})\n", shim.name, shim.version, CREMA_VERSION);
    return 0;
  }
  const std::vector<std::string> command{std::string(shim.command)};
  if (first == "help" || first == "--help" || first == "-h") return print_help(host, command);
  if (shim.named) arguments.insert(arguments.begin(), std::string(shim.name));
  CommandContext context{host, std::move(arguments)};
  return find_command(shim.command)->run(context);
}

int start(std::string_view name, std::vector<std::string> arguments) {
  const auto host = sys::real_host();
  if (const auto* shim = run::find_shim(std::filesystem::path(name).filename().string()))
    return stand_in(host, *shim, std::move(arguments));
  return dispatch(host, std::move(arguments));
}

}  // namespace
}  // namespace crema::cli

int main(int argc, char** argv) {
  return crema::cli::start(argc > 0 ? argv[0] : "crema", {argv + (argc > 0 ? 1 : 0), argv + argc});
}
