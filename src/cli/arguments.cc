#include "arguments.h"

#include "output.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <algorithm>

namespace crema::cli {

std::optional<int> parse_arguments(CommandContext& context, std::string_view command,
                                   const std::function<void(CLI::App&)>& declare) {
  CLI::App app;
  app.name("crema " + std::string(command));
  app.set_help_flag();
  bool help = false;
  app.add_flag("-h,--help", help, "this text");
  declare(app);
  // CLI11 takes its arguments from the back.
  std::vector<std::string> reversed(context.arguments.rbegin(), context.arguments.rend());
  try {
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    auto problem = make_error("cli/usage", error.what());
    problem.hint = "run `crema help " + std::string(command) + "` for its options";
    return report(problem, context.host);
  }
  if (!help) return std::nullopt;
  print(manual(command));
  return 0;
}

}  // namespace crema::cli
