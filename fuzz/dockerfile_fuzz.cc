// Feeds any bytes to the reader of Dockerfiles, and the scripts in them to that of shell scripts.
// What it says is within the file and in its order.
#include "crema/dockerfile/dockerfile.h"
#include "crema/dockerfile/variables.h"
#include "crema/shell/script.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

namespace {

using namespace crema;

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const dockerfile::Instruction& one, std::uint32_t lines) {
  require(one.line >= 1 && one.line <= one.last_line && one.last_line <= lines);
  require(one.rest <= one.text.text().size());
  for (const auto& word : one.words) {
    require(word.begin <= word.end && word.end <= one.text.text().size());
    const auto place = one.place_of(word.begin);
    require(place.line >= one.line && place.line <= one.last_line && place.column >= 1);
    (void)dockerfile::expand(word.text, [](std::string_view name) {
      return name.size() % 2 == 0 ? std::optional<std::string>("v") : std::nullopt;
    });
  }
  const auto script = dockerfile::shell_text(one);
  for (const auto& command : shell::parse_script(script.text()).commands)
    require(command.begin <= command.end && command.end <= script.text().size());
  for (const auto& inner : one.trigger) check(inner, lines);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto source = std::make_shared<SourceFile>(
      "Dockerfile", std::string(reinterpret_cast<const char*>(data), size));
  const auto file = dockerfile::parse_dockerfile(source);
  if (!file) return 0;
  for (const auto& one : file->instructions) check(one, source->line_count());
  for (const auto& stage : file->stages)
    require(stage.from < stage.first && stage.first <= stage.last &&
            stage.last <= file->instructions.size());
  for (const auto& problem : file->problems)
    require(!problem.message.empty() && problem.span.line <= source->line_count());
  return 0;
}
