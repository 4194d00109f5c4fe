#include "marker_scanner.h"

#include "crema/base/hash.h"
#include "crema/scan/core/answer_codec.h"

namespace crema::scan {
namespace {

// Changed with what find_markers understands; its words are in the version by themselves.
constexpr std::string_view kReader = "1";
constexpr std::uint64_t kScopes = 4;

}  // namespace

std::string MarkerScanner::version() const {
  std::string words(kReader);
  for (const auto word : marker_words()) words += "\n" + std::string(word);
  return sha256_hex(words).substr(0, 16);
}

std::vector<Literal> MarkerScanner::literals() const {
  std::vector<Literal> literals;
  for (const auto word : marker_words()) literals.push_back({.text = std::string(word)});
  return literals;
}

FileAnswer MarkerScanner::look_at(const FileView& view) const {
  if (view.literals.empty()) return {};
  const auto markers = find_markers(view.file.path, view.text);
  if (markers.empty()) return {};
  ByteWriter to;
  to.number(markers.size());
  for (const auto& marker : markers) {
    to.number(marker.line);
    to.number(marker.code_below);
    for (const auto* text : {&marker.tool, &marker.family, &marker.reason, &marker.until})
      to.text(*text);
    to.number(marker.scopes.size());
    for (const auto scope : marker.scopes) to.number(static_cast<std::uint64_t>(scope));
    to.number(marker.rules.size());
    for (const auto& rule : marker.rules) to.text(rule);
  }
  return {.notes = to.take()};
}

std::vector<Marker> MarkerScanner::markers_of(std::string_view notes) {
  ByteReader from(notes);
  std::vector<Marker> markers(from.count());
  for (auto& marker : markers) {
    marker.line = static_cast<std::uint32_t>(from.number());
    marker.code_below = static_cast<std::uint32_t>(from.number());
    for (auto* text : {&marker.tool, &marker.family, &marker.reason, &marker.until})
      *text = from.text();
    marker.scopes.resize(from.count());
    for (auto& scope : marker.scopes) {
      const auto value = from.number();
      scope = static_cast<MarkerScope>(value < kScopes ? value : 0);
    }
    marker.rules.resize(from.count());
    for (auto& rule : marker.rules) rule = from.text();
  }
  return from.well() ? markers : std::vector<Marker>();
}

}  // namespace crema::scan
