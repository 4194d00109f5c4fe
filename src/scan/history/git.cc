#include "git.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace crema::scan {

std::string ObjectId::hex() const {
  std::string text(GIT_OID_HEXSZ, '0');
  const auto id = git();
  git_oid_fmt(text.data(), &id);
  return text;
}

tl::unexpected<Diagnostic> git_error(std::string_view what, std::string code) {
  const auto* last = git_error_last();
  return fail(std::move(code),
              fmt::format("{}: {}", what, last == nullptr ? "unknown" : last->message));
}

Result<GitRepository> open_repository(const std::filesystem::path& root, bool in_hook) {
  git_repository* repository = nullptr;
  const unsigned flags = in_hook ? GIT_REPOSITORY_OPEN_FROM_ENV : 0;
  if (git_repository_open_ext(&repository, root.c_str(), flags, nullptr) == 0)
    return GitRepository(repository);
  auto error = git_error("cannot open the repository of " + root.string(), "git/no-repository");
  error.value().hint = "name a folder in a git repository";
  return error;
}

Result<GitWalk> new_walk(git_repository* repository) {
  git_revwalk* walk = nullptr;
  if (git_revwalk_new(&walk, repository) != 0) return git_error("cannot walk the history");
  return GitWalk(walk);
}

Result<GitCommit> read_commit(git_repository* repository, const git_oid& id) {
  git_commit* commit = nullptr;
  if (git_commit_lookup(&commit, repository, &id) != 0)
    return git_error("cannot read the commit " + ObjectId::of(id).hex());
  return GitCommit(commit);
}

std::string utc_text(std::int64_t seconds) {
  using namespace std::chrono;
  const sys_seconds time{std::chrono::seconds(seconds)};
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

}  // namespace crema::scan
