// The arguments of `crema load`, which are k6's.
#pragma once

#include "command.h"
#include "load_log.h"

#include "crema/load/test_run.h"

#include <optional>
#include <string>
#include <vector>

namespace crema::cli {

enum class LoadVerb : std::uint8_t { run, inspect, archive, create };

struct LoadArguments {
  LoadVerb verb = LoadVerb::run;
  load::TestRequest request;  // without what belongs to this process: log, terminal, threads
  LoadLogOptions log;
  std::string record;                // a file for the run's record; "" for none
  std::string baseline;              // what the run is compared with; "" for nothing
  std::vector<std::string> margins;  // of that comparison
  std::optional<std::string> web;    // where a live page is served; "" for the default
  std::string web_export;            // a file for the page; "" for none
  std::size_t threads = 0;           // 0: as many as there are cores
  std::vector<std::string> remarks;  // flags of k6 that change nothing here
  bool no_colour = false;
  bool requirements = false;            // of inspect
  bool force = false;                   // of new
  std::string archive = "archive.tar";  // of archive: a file, or - for standard output
  bool exclude_environment = false;
};

// A value is the exit code to end with: help was printed, or the arguments were wrong and that was
// said.
std::optional<int> parse_load_arguments(CommandContext& context, LoadArguments& arguments);

}  // namespace crema::cli
