#include "left_evidence.h"

#include "crema/sys/files.h"

#include <fmt/format.h>

namespace crema::cli {

namespace fs = std::filesystem;

std::string slug(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (plain || c == '.')
      out += c;
    else if (!out.empty() && out.back() != '-')
      out += '-';
  }
  while (out.ends_with('-')) out.pop_back();
  return out.empty() ? "unnamed" : out;
}

std::vector<store::ArtifactFile> place_attachments(std::span<evidence::TestSuite> suites,
                                                   const std::string& artifact) {
  std::vector<store::ArtifactFile> files;
  for (auto& suite : suites) {
    for (auto& test : suite.cases) {
      for (auto& attachment : test.attachments) {
        const fs::path source = attachment.path;
        const auto path = fmt::format("{}/{}/{}-{}", slug(suite.name), slug(test.name),
                                      files.size() + 1, slug(source.filename().string()));
        files.push_back({source, path});
        attachment.path = fmt::format("{}/{}", artifact, path);
      }
    }
  }
  return files;
}

Result<> leave_attachments(const fs::path& folder, const sys::Host& host,
                           std::span<evidence::TestSuite> suites) {
  const auto own = "attachments/" + host.random_hex(12);
  for (const auto& file : place_attachments(suites, own)) {
    const auto target = folder / own / file.path;
    CREMA_TRY(sys::make_directories(target.parent_path()));
    std::error_code error;
    fs::copy_file(file.source, target, fs::copy_options::overwrite_existing, error);
    if (error) {
      return fail("test/attachment",
                  "cannot copy " + file.source.string() + ": " + error.message());
    }
  }
  return {};
}

Result<> leave_records(const fs::path& folder, const sys::Host& host,
                       std::vector<evidence::Evidence> left) {
  CREMA_TRY(sys::make_directories(folder));
  std::string lines;
  for (auto& one : left)
    lines += evidence::to_json({.origin = {}, .evidence = std::move(one)}) + "\n";
  // They are read in the order of their names: that in which they were left.
  const auto now = std::chrono::nanoseconds(host.clock->wall().time_since_epoch()).count();
  return sys::write_file(
      folder / fmt::format("evidence-{:020}-{}.ndjson", now, host.random_hex(12)), lines);
}

}  // namespace crema::cli
