#include "known_prints.h"

#include "crema/base/hash.h"
#include "crema/base/strings.h"
#include "crema/sys/files.h"

namespace crema::scan {
namespace {

// The first line says of what it is, the last one that it is whole.
constexpr std::string_view kEnd = "end";

std::string title(std::string_view commit, std::string_view version) {
  return "crema fingerprints 1 " + std::string(commit) + " " +
         sha256_hex(std::string(version)).substr(0, 16);
}

std::filesystem::path file_in(const std::filesystem::path& folder) { return folder / "base"; }

}  // namespace

std::optional<Fingerprints> read_known(const std::filesystem::path& folder, std::string_view commit,
                                       std::string_view version) {
  if (folder.empty()) return std::nullopt;
  const auto text = sys::read_file(file_in(folder));
  if (!text) return std::nullopt;
  const auto lines = split(*text, '\n');
  if (lines.size() < 3 || lines.front() != title(commit, version) ||
      lines[lines.size() - 2] != kEnd)
    return std::nullopt;
  Fingerprints prints;
  for (std::size_t i = 1; i + 2 < lines.size(); ++i) prints.emplace(lines[i]);
  return prints;
}

void keep_known(const std::filesystem::path& folder, std::string_view commit,
                std::string_view version, const Fingerprints& prints) {
  if (folder.empty()) return;
  auto text = title(commit, version) + "\n";
  for (const auto& print : prints) text += print + "\n";
  text += std::string(kEnd) + "\n";
  if (sys::make_directories(folder))
    (void)sys::write_file_atomically(file_in(folder), text).has_value();
}

}  // namespace crema::scan
