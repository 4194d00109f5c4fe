// Dockerfiles as instructions by stage
// (https://docs.docker.com/reference/dockerfile/).
#pragma once

#include "crema/base/result.h"
#include "crema/base/source.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crema::services {

struct DockerInstruction {
  std::string name;       // in capitals: "RUN"
  std::string arguments;  // with line breaks joined, variables as they stand
  std::vector<std::pair<std::string, std::string>> flags;  // --from=build
  Span span;

  std::string_view flag(std::string_view name) const;
};

struct DockerStage {
  std::string image;  // of FROM
  std::string name;   // after AS, in small letters
  std::vector<DockerInstruction> instructions;
};

struct Dockerfile {
  std::vector<DockerInstruction> arguments;  // ARG before the first FROM
  std::vector<DockerStage> stages;
};

// Fails with "dockerfile/syntax" and the place.
Result<Dockerfile> parse_dockerfile(const SourcePtr& source);

// The exec form `["a", "b"]` as words; anything else is the shell form: sh, -c and the text.
std::vector<std::string> command_words(std::string_view arguments);

}  // namespace crema::services
