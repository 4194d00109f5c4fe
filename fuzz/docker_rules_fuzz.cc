// Feeds any bytes to the scanners of compose files and Dockerfiles, every rule on: what they find
// is in the file, and what they keep of a file they can read again.
#include "crema/base/source.h"
#include "crema/scan/compose/compose_scanner.h"
#include "crema/scan/dockerfile/dockerfile_scanner.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

namespace {

using namespace crema;

void require(bool holds) {
  if (!holds) std::abort();
}

void look(const scan::Scanner& scanner, std::string path, std::string_view text) {
  const scan::TreeFile file{.path = std::move(path), .size = text.size()};
  const std::uint32_t literals[] = {0};
  const auto lines = SourceFile("f", std::string(text)).line_count();
  const auto answer = scanner.look_at({.file = file, .text = text, .literals = literals});
  for (const auto& one : answer.found) {
    require(!one.finding.message.empty());
    for (const auto& place : one.finding.locations) require(place.line <= lines);
  }
  for (const auto& one : answer.not_scanned) require(!one.reason.empty());
  const scan::FileNotes notes[] = {{file.path, answer.notes}};
  if (!answer.notes.empty()) (void)scanner.conclude(notes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto composes =
      scan::make_compose_scanner({.selection = {.only = {"CRM-COMPOSE-*"}}}).value();
  static const auto dockerfiles =
      scan::make_dockerfile_scanner({.selection = {.only = {"CRM-DOCKER-*"}},
                                     .trusted_registries = {"docker.io"},
                                     .labels = {{"a", scan::LabelKind::semver}}})
          .value();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  look(*composes, "compose.yml", text);
  look(*dockerfiles, "Dockerfile", text);
  return 0;
}
