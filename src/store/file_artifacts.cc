#include "file_artifacts.h"

#include "database.h"

#include "crema/base/hash.h"
#include "crema/sys/disk_error.h"
#include "crema/sys/file_lock.h"
#include "crema/sys/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <mutex>

namespace crema::store {
namespace {

namespace fs = std::filesystem;

Diagnostic problem(std::string_view what, const fs::path& file, int number) {
  return sys::disk_error("store/artifact", what, file, number);
}

// Held shared while an artifact is saved: its blobs belong to nobody yet. Alone by who cleans up.
fs::path blob_lock(const fs::path& folder) { return folder / "blobs" / "lock"; }

struct StoredFile {
  std::string path, blob;
  bool executable = false;
  std::uint64_t bytes = 0;
};

class FileArtifacts : public Artifacts {
 public:
  FileArtifacts(fs::path folder, RunNumber run)
      : folder_(std::move(folder)), run_(static_cast<std::int64_t>(run)) {}

  Result<ArtifactInfo> save(const std::string& name, const std::vector<ArtifactFile>& files,
                            bool overwrite) override {
    const auto saving =
        CREMA_TRY(sys::FileLock::wait(blob_lock(folder_), sys::FileLock::Mode::shared));
    std::vector<StoredFile> stored;
    stored.reserve(files.size());
    for (const auto& file : files) stored.push_back(CREMA_TRY(store_blob(file)));
    std::sort(stored.begin(), stored.end(),
              [](const auto& a, const auto& b) { return a.path < b.path; });
    ArtifactInfo info{.name = name, .files = stored.size()};
    Sha256 digest;
    for (const auto& file : stored) {
      digest.update(file.path);
      digest.update(std::string_view("\0", 1));
      digest.update(file.blob);
      info.bytes += file.bytes;
    }
    const auto bytes = digest.digest();
    info.digest = to_hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    const std::lock_guard lock(mutex_);
    auto* database = CREMA_TRY(open());
    auto transaction = CREMA_TRY(Transaction::begin(*database));
    CREMA_TRY(make_room(*database, name, overwrite));
    CREMA_TRY(insert(*database, info, stored));
    CREMA_TRY(transaction.commit());
    return info;
  }

  Result<std::vector<ArtifactInfo>> list() override {
    const std::lock_guard lock(mutex_);
    auto* database = CREMA_TRY(open());
    std::vector<ArtifactInfo> artifacts;
    auto query = database->statement(
        "SELECT id, name, files, bytes, digest FROM artifacts WHERE run=? ORDER BY name");
    query.bind(run_);
    while (query.next()) {
      artifacts.push_back({static_cast<std::uint64_t>(query.integer(0)), query.text(1),
                           static_cast<std::uint64_t>(query.integer(2)),
                           static_cast<std::uint64_t>(query.integer(3)), query.text(4)});
    }
    if (const auto& failure = query.failure()) return fail(*failure);
    return artifacts;
  }

  Result<std::vector<ArtifactFile>> files(const std::string& name) override {
    std::vector<ArtifactFile> files;
    for (const auto& file : CREMA_TRY(stored_files(name)))
      files.push_back({blob_path(file.blob), file.path});
    return files;
  }

  Result<> extract(const std::string& name, const fs::path& target) override {
    for (const auto& file : CREMA_TRY(stored_files(name))) CREMA_TRY(write_out(file, target));
    return {};
  }

 private:
  Result<Database*> open() {
    if (!database_) database_ = CREMA_TRY(Database::open(folder_ / "crema.db"));
    return database_.get();
  }

  Result<std::vector<StoredFile>> stored_files(const std::string& name) {
    const std::lock_guard lock(mutex_);
    auto* database = CREMA_TRY(open());
    auto find = database->statement("SELECT id FROM artifacts WHERE run=? AND name=?");
    if (!find.bind(run_).bind(name).next())
      return fail("store/no-such-artifact", "this run has no artifact '" + name + "'");
    std::vector<StoredFile> files;
    auto query = database->statement(
        "SELECT path, blob, executable FROM artifact_files WHERE artifact=? ORDER BY path");
    query.bind(find.integer(0));
    while (query.next()) files.push_back({query.text(0), query.text(1), query.integer(2) != 0, 0});
    if (const auto& failure = query.failure()) return fail(*failure);
    return files;
  }

  Result<> make_room(Database& database, const std::string& name, bool overwrite) {
    auto query = database.statement("SELECT id FROM artifacts WHERE run=? AND name=?");
    if (!query.bind(run_).bind(name).next()) return {};
    if (!overwrite) {
      auto error = make_error("store/artifact-exists",
                              "an artifact named '" + name + "' was already saved in this run");
      error.hint = "give each job its own name, or set `overwrite: true`";
      error.exit_code = ExitCode::failed;
      return fail(std::move(error));
    }
    const auto old = query.integer(0);
    CREMA_TRY(database.statement("DELETE FROM artifact_files WHERE artifact=?").bind(old).run());
    return database.statement("DELETE FROM artifacts WHERE id=?").bind(old).run();
  }

  Result<> insert(Database& database, ArtifactInfo& info, const std::vector<StoredFile>& files) {
    CREMA_TRY(
        database
            .statement("INSERT INTO artifacts (run, name, files, bytes, digest) VALUES (?,?,?,?,?)")
            .bind(run_)
            .bind(info.name)
            .bind(static_cast<std::int64_t>(info.files))
            .bind(static_cast<std::int64_t>(info.bytes))
            .bind(info.digest)
            .run());
    info.id = static_cast<std::uint64_t>(database.last_id());
    for (const auto& file : files) {
      CREMA_TRY(database.statement("INSERT OR REPLACE INTO artifact_files VALUES (?,?,?,?)")
                    .bind(static_cast<std::int64_t>(info.id))
                    .bind(file.path)
                    .bind(file.executable ? 1 : 0)
                    .bind(file.blob)
                    .run());
    }
    return {};
  }

  fs::path blob_path(const std::string& hash) const {
    return folder_ / "blobs" / hash.substr(0, 2) / hash;
  }

  // Copies a file to its blob, hashing on the way; a blob that is there already is not written
  // again.
  Result<StoredFile> store_blob(const ArtifactFile& file) {
    static std::atomic<unsigned> counter{0};
    const int source = ::open(file.source.c_str(), O_RDONLY | O_CLOEXEC);
    if (source < 0) return fail(problem("read", file.source, errno));
    struct stat facts{};
    ::fstat(source, &facts);
    const fs::path fresh =
        folder_ / "blobs" / ("new." + std::to_string(::getpid()) + "." + std::to_string(counter++));
    const int target = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    Sha256 hash;
    StoredFile stored{.path = file.path, .executable = (facts.st_mode & 0100) != 0};
    std::array<char, 65536> buffer{};
    ssize_t got = 0;
    bool written = target >= 0;
    while (written && (got = ::read(source, buffer.data(), buffer.size())) > 0) {
      hash.update({buffer.data(), static_cast<std::size_t>(got)});
      stored.bytes += static_cast<std::uint64_t>(got);
      for (ssize_t done = 0; written && done < got;) {
        const auto more =
            ::write(target, buffer.data() + done, static_cast<std::size_t>(got - done));
        written = more >= 0;
        done += std::max<ssize_t>(more, 0);
      }
    }
    const int why = errno;
    ::close(source);
    if (target >= 0) ::close(target);
    if (!written || got < 0) {
      ::unlink(fresh.c_str());
      return fail(problem(written ? "read" : "store", file.source, why));
    }
    const auto digest = hash.digest();
    stored.blob = to_hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
    const auto place = blob_path(stored.blob);
    std::error_code error;
    if (fs::exists(place, error)) {
      ::unlink(fresh.c_str());
    } else {
      CREMA_TRY(sys::make_directories(place.parent_path()));
      fs::rename(fresh, place, error);
      if (error) return fail(problem("store", file.source, error.value()));
    }
    return stored;
  }

  Result<> write_out(const StoredFile& file, const fs::path& target) {
    const fs::path relative = fs::path(file.path).lexically_normal();
    if (relative.is_absolute() || (!relative.empty() && *relative.begin() == "..")) {
      return fail("store/artifact", "the artifact's file '" + file.path +
                                        "' would land outside of " + target.string());
    }
    const auto place = target / relative;
    CREMA_TRY(sys::make_directories(place.parent_path()));
    std::error_code error;
    fs::copy_file(blob_path(file.blob), place, fs::copy_options::overwrite_existing, error);
    if (error) return fail(problem("write", place, error.value()));
    fs::permissions(place, file.executable ? fs::perms(0755) : fs::perms(0644), error);
    return {};
  }

  fs::path folder_;
  std::int64_t run_;
  std::mutex mutex_;
  std::unique_ptr<Database> database_;
};

}  // namespace

std::unique_ptr<Artifacts> make_file_artifacts(const fs::path& folder, RunNumber run) {
  return std::make_unique<FileArtifacts>(folder, run);
}

Result<> remove_unused_blobs(const fs::path& folder) {
  const auto alone =
      CREMA_TRY(sys::FileLock::attempt(blob_lock(folder), sys::FileLock::Mode::exclusive));
  if (!alone) return {};
  const auto database = CREMA_TRY(Database::open(folder / "crema.db"));
  std::error_code error;
  std::vector<fs::path> unused;
  for (auto entry = fs::recursive_directory_iterator(folder / "blobs", error);
       !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    std::error_code ignored;
    const auto name = entry->path().filename().string();
    if (!entry->is_regular_file(ignored) || name == "lock") continue;
    auto query = database->statement("SELECT 1 FROM artifact_files WHERE blob=? LIMIT 1");
    if (query.bind(name).next()) continue;
    if (const auto& failure = query.failure()) return fail(*failure);
    unused.push_back(entry->path());
  }
  for (const auto& blob : unused) fs::remove(blob, error);
  return {};
}

}  // namespace crema::store
