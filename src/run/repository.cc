#include "crema/run/repository.h"

#include "crema/base/strings.h"
#include "crema/sys/process.h"

#include <algorithm>
#include <chrono>
#include <future>
#include <tuple>

namespace crema::run {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

const std::string kNoCommit(40, '0');

// What a git command prints, without its last line break; nullopt when it fails.
std::optional<std::string> git(const sys::Host& host, const fs::path& folder,
                               std::vector<std::string> arguments) {
  sys::Command command;
  command.argv = {"git", "-c", "core.quotePath=false"};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  command.environment = host.environment;
  command.environment["GIT_OPTIONAL_LOCKS"] = "0";
  command.environment["LC_ALL"] = "C.UTF-8";
  command.working_directory = folder;
  auto captured = sys::capture(command, 60s);
  if (!captured || !captured->exit.ok()) return std::nullopt;
  if (captured->output.ends_with('\n')) captured->output.pop_back();
  return std::move(captured->output);
}

// Several commands at once: each costs a process, none depends on another.
class Questions {
 public:
  Questions(const sys::Host& host, fs::path folder) : host_(host), folder_(std::move(folder)) {}
  std::future<std::optional<std::string>> ask(std::vector<std::string> arguments) const {
    return std::async(std::launch::async, [this, arguments = std::move(arguments)] {
      return git(host_, folder_, arguments);
    });
  }

 private:
  const sys::Host& host_;
  const fs::path folder_;  // its own: the answers come from threads
};

std::string without_password(std::string url) {
  const auto scheme = url.find("://");
  if (scheme == std::string::npos) return url;
  const auto at = url.find('@', scheme + 3);
  const auto slash = url.find('/', scheme + 3);
  if (at == std::string::npos || (slash != std::string::npos && at > slash)) return url;
  return url.substr(0, scheme + 3) + url.substr(at + 1);
}

// "https://host" of a remote's URL in any spelling, or "" for a path.
std::string server_of(std::string_view url) {
  std::string_view rest = url;
  if (const auto scheme = rest.find("://"); scheme != std::string_view::npos) {
    if (rest.starts_with("file")) return "";
    rest.remove_prefix(scheme + 3);
    if (const auto at = rest.find('@'); at < rest.find('/')) rest.remove_prefix(at + 1);
    rest = rest.substr(0, rest.find_first_of("/"));
    if (url.starts_with("ssh")) rest = rest.substr(0, rest.find(':'));
    return "https://" + std::string(rest);
  }
  const auto colon = rest.find(':');
  if (colon == std::string_view::npos || rest.find('/') < colon) return "";
  rest = rest.substr(0, colon);
  if (const auto at = rest.find('@'); at != std::string_view::npos) rest.remove_prefix(at + 1);
  return "https://" + std::string(rest);
}

void read_configuration(Repository& repository, std::string_view listing) {
  std::string first_remote, origin;
  for (const auto entry : split(listing, '\0')) {
    const auto line_break = entry.find('\n');
    if (line_break == std::string_view::npos) continue;
    const auto key = entry.substr(0, line_break);
    const std::string value(entry.substr(line_break + 1));
    if (key == "user.name") repository.user_name = value;
    if (key == "user.email") repository.user_email = value;
    if (key == "remote.origin.url") origin = value;
    if (key.starts_with("remote.") && first_remote.empty()) first_remote = value;
  }
  repository.remote_url = without_password(origin.empty() ? first_remote : origin);
  if (repository.remote_url.empty()) return;
  if (const auto names = owner_and_name(repository.remote_url)) {
    std::tie(repository.owner, repository.name) = *names;
  }
  if (auto server = server_of(repository.remote_url); !server.empty()) {
    repository.server_url = std::move(server);
  }
}

void read_commit(Repository& repository, std::string_view log) {
  const auto parts = split(log, '\0');
  if (parts.size() < 4) return;
  repository.sha = parts[0];
  repository.author_name = parts[1];
  repository.author_email = parts[2];
  repository.message = parts[3];
  while (repository.message.ends_with('\n')) repository.message.pop_back();
}

// The lines of one `git rev-parse` (see read_repository).
void read_folders(Repository& repository, std::string_view listing) {
  const auto lines = split_lines(listing);
  if (lines.size() != 4) return;
  repository.git = true;
  repository.root = lines[0];
  repository.top = lines[0];
  repository.name = repository.root.filename();
  repository.git_folder = lines[1];
  repository.common_git_folder = lines[2];
  repository.objects = lines[3];
}

// `git status --porcelain=v2 --branch`; gives the branch, or "" when HEAD is detached.
std::string read_status(Repository& repository, std::string_view status) {
  constexpr std::string_view kBranch = "# branch.head ";
  std::string branch;
  for (const auto line : split_lines(status)) {
    if (line.starts_with(kBranch)) branch = line.substr(kBranch.size());
    if (line.starts_with('#')) continue;
    repository.dirty = true;
    if (line.starts_with('?')) repository.untracked = true;
  }
  return branch == "(detached)" ? "" : branch;
}

// "main", "master" or the current branch, unless the remote says which; `references` are the lines
// of `git for-each-ref`: a name and what it points to.
std::string default_branch_of(const Repository& repository, std::string_view references) {
  constexpr std::string_view kRemote = "refs/remotes/origin/";
  bool main = false;
  bool master = false;
  for (const auto line : split_lines(references)) {
    const auto parts = split(line, ' ');
    if (parts.size() == 2 && parts[1].starts_with(kRemote))
      return std::string(parts[1].substr(kRemote.size()));
    main = main || parts[0] == "refs/heads/main";
    master = master || parts[0] == "refs/heads/master";
  }
  if (main) return "main";
  if (master) return "master";
  return repository.ref_type() == "branch" ? repository.ref_name() : "main";
}

}  // namespace

std::string Repository::ref_name() const {
  for (const std::string_view prefix : {"refs/heads/", "refs/tags/", "refs/pull/"}) {
    if (ref.starts_with(prefix)) return ref.substr(prefix.size());
  }
  return ref;
}

std::string Repository::ref_type() const {
  return ref.starts_with("refs/tags/") ? "tag" : "branch";
}

std::optional<std::pair<std::string, std::string>> owner_and_name(std::string_view url) {
  std::string_view path = url;
  if (const auto scheme = path.find("://"); scheme != std::string_view::npos) {
    if (path.starts_with("file")) return std::nullopt;
    path.remove_prefix(scheme + 3);
    const auto slash = path.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    path.remove_prefix(slash + 1);
  } else {
    const auto colon = path.find(':');
    if (colon == std::string_view::npos || path.find('/') < colon) return std::nullopt;
    path.remove_prefix(colon + 1);
  }
  while (path.ends_with('/')) path.remove_suffix(1);
  if (path.ends_with(".git")) path.remove_suffix(4);
  while (path.starts_with('/')) path.remove_prefix(1);
  const auto slash = path.rfind('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == path.size()) {
    return std::nullopt;
  }
  auto owner = path.substr(0, slash);
  if (const auto last = owner.rfind('/'); last != std::string_view::npos) {
    owner.remove_prefix(last + 1);
  }
  return std::pair(std::string(owner), std::string(path.substr(slash + 1)));
}

Result<Repository> read_repository(const fs::path& folder, const sys::Host& host) {
  Repository repository;
  std::error_code error;
  repository.root = fs::canonical(folder, error);
  if (error) {
    return fail("run/no-such-folder", "cannot open " + folder.string() + ": " + error.message());
  }
  repository.name = repository.root.filename();
  repository.sha = kNoCommit;
  repository.ref = "refs/heads/main";
  repository.default_branch = "main";

  const Questions questions(host, repository.root);
  auto folders =
      questions.ask({"rev-parse", "--show-toplevel", "--absolute-git-dir", "--path-format=absolute",
                     "--git-common-dir", "--git-path", "objects"});
  auto status = questions.ask({"status", "--porcelain=v2", "--branch", "--untracked-files=normal"});
  auto log = questions.ask({"log", "-1", "--format=%H%x00%an%x00%ae%x00%B"});
  auto configuration = questions.ask(
      {"config", "-z", "--get-regexp", R"(^(remote\..*\.url|user\.name|user\.email)$)"});
  auto references =
      questions.ask({"for-each-ref", "--format=%(refname) %(symref)", "refs/remotes/origin/HEAD",
                     "refs/heads/main", "refs/heads/master"});
  if (const auto listing = folders.get()) read_folders(repository, *listing);
  const auto branch = read_status(repository, status.get().value_or(""));
  const auto commit = log.get();
  const auto settings = configuration.get();
  const auto known = references.get().value_or("");
  if (!repository.git) return repository;

  if (commit) read_commit(repository, *commit);
  if (settings) read_configuration(repository, *settings);
  if (!branch.empty()) {
    repository.ref = "refs/heads/" + branch;
  } else if (const auto tag = git(host, repository.root, {"describe", "--tags", "--exact-match"})) {
    repository.ref = "refs/tags/" + *tag;
  }
  repository.default_branch = default_branch_of(repository, known);
  if (branch.empty() && !repository.ref.starts_with("refs/tags/"))
    repository.ref = "refs/heads/" + repository.default_branch;
  return repository;
}

std::optional<std::vector<std::string>> changed_paths(const Repository& repository,
                                                      std::string_view base,
                                                      const sys::Host& host) {
  if (!repository.git) return std::nullopt;
  std::string from;
  if (base.empty()) {
    from = repository.dirty ? "HEAD" : "HEAD~1";
  } else {
    auto fork = git(host, repository.root, {"merge-base", std::string(base), "HEAD"});
    if (!fork)
      fork = git(host, repository.root, {"merge-base", "origin/" + std::string(base), "HEAD"});
    if (!fork) return std::nullopt;
    from = *fork;
  }
  const auto differing =
      git(host, repository.root, {"diff", "--name-only", "--no-renames", "-z", from, "--"});
  const auto untracked =
      repository.untracked
          ? git(host, repository.root, {"ls-files", "-z", "--others", "--exclude-standard"})
          : std::string();
  if (!differing || !untracked) return std::nullopt;
  std::vector<std::string> paths;
  for (const auto* listing : {&*differing, &*untracked}) {
    for (const auto path : split(*listing, '\0')) {
      if (!path.empty()) paths.emplace_back(path);
    }
  }
  std::ranges::sort(paths);
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  return paths;
}

}  // namespace crema::run
