// `crema list`: the runs of this repository, newest first.
#include "arguments.h"
#include "output.h"
#include "record_text.h"
#include "run_choice.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace crema::cli {

int run_list(CommandContext& context) {
  std::size_t limit = 20;
  std::string format = "text";
  const auto ended = parse_arguments(context, "list", [&](CLI::App& app) {
    app.add_option("--limit,-n", limit, "how many");
    app.add_option("--format", format, "text or json")->check(CLI::IsMember({"text", "json"}));
  });
  if (ended) return *ended;
  auto store = open_store(context.host);
  std::vector<store::RunRecord> runs;
  if (store) {
    auto listed = (*store)->list_runs(limit);
    if (!listed) return report(listed.error(), context.host);
    runs = std::move(*listed);
  } else if (store.error().code != "cli/no-runs") {
    return report(store.error(), context.host);
  }
  if (format == "json") {
    nlohmann::ordered_json json = {{"runs", nlohmann::ordered_json::array()}};
    for (const auto& run : runs) json["runs"].push_back(run_json(run, false));
    print(json.dump(2) + "\n");
    return 0;
  }
  if (runs.empty()) print("nothing was run here yet: start with `crema run`\n");
  const auto style = output_style(context.host);
  const auto now = context.host.clock->wall();
  for (const auto& run : runs) {
    const auto ref =
        run.ref.substr(run.ref.rfind('/') == std::string::npos ? 0 : run.ref.rfind('/') + 1);
    const auto title = run.title == run.workflow ? std::string() : run.title;
    print(fmt::format("{} {:>4}  {}  {}  {}  {}  {:>8}{}{}\n", state_glyph(run.state, style),
                      run.number, padded(run.workflow.empty() ? run.path : run.workflow, 24),
                      padded(run.event, 12), padded(ref + " " + run.sha.substr(0, 7), 20),
                      padded(age_text(now - run.started), 10),
                      run.finished ? evidence::duration_text(*run.finished - run.started)
                                   : std::string(to_text(run.state)),
                      title.empty() ? "" : "  ", style.paint(evidence::Tone::dim, title)));
  }
  return 0;
}

}  // namespace crema::cli
