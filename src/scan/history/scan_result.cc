#include "scan_result.h"

#include <algorithm>
#include <tuple>

namespace crema::scan {
namespace {

ObjectId object_id(std::string_view hex) {
  git_oid id{};
  git_oid_fromstrn(&id, hex.data(), hex.size());
  return ObjectId::of(id);
}

std::string text_of(const char* text) { return text == nullptr ? "" : text; }

// Where a line begins; the end of the text where it has fewer.
std::size_t line_begin(std::string_view text, std::uint32_t line) {
  std::size_t at = 0;
  for (std::uint32_t i = 1; i < line && at < text.size(); ++i)
    at = std::min(text.find('\n', at), text.size() - 1) + 1;
  return at;
}

}  // namespace

const evidence::FindingLocation& place_of(const Found& found) {
  static const evidence::FindingLocation nowhere;
  const auto& all = found.finding.locations;
  return all.empty() ? nowhere : all.front();
}

std::string_view text_at(std::string_view text, const evidence::FindingLocation& place) {
  const auto line = line_begin(text, place.line);
  const auto begin = std::min(line + (place.column > 0 ? place.column - 1 : 0), text.size());
  auto end = std::min(text.find('\n', begin), text.size());
  if (place.end_line > 0 && place.end_column > 0)
    end = std::min(line_begin(text, place.end_line) + place.end_column - 1, text.size());
  return text.substr(begin, std::max(begin, end) - begin);
}

void finish(git_repository* repository, const CommitOrder& order, HistoryScan& result) {
  const auto number_of = [&](const Found& found) {
    const auto known = order.find(object_id(found.commit));
    return known == order.end() ? order.size() : known->second;
  };
  std::vector<std::pair<std::size_t, Found>> all;
  for (auto& found : result.found) {
    const auto number = number_of(found);
    all.emplace_back(number, std::move(found));
  }
  std::ranges::sort(all, [](const auto& a, const auto& b) {
    const auto key = [](const auto& one) {
      const auto& place = place_of(one.second);
      return std::tie(one.first, place.path, place.line, place.column, one.second.finding.rule,
                      one.second.content, one.second.finding.message);
    };
    return key(a) < key(b);
  });
  result.found.clear();
  for (auto& [number, found] : all) result.found.push_back(std::move(found));
  set_fingerprints(result.found);
  std::ranges::sort(result.not_scanned);
  for (const auto& found : result.found) {
    if (found.commit.empty() || result.commits.contains(found.commit)) continue;
    const auto commit = read_commit(repository, object_id(found.commit).git());
    if (!commit) continue;
    const auto* author = git_commit_author(commit->get());
    result.commits[found.commit] = {.author = text_of(author->name),
                                    .email = text_of(author->email),
                                    .date = utc_text(author->when.time),
                                    .summary = text_of(git_commit_summary(commit->get()))};
  }
}

}  // namespace crema::scan
