#include "archive_caches.h"

#include "cache_archive.h"
#include "database.h"

#include "crema/sys/file_lock.h"

#include <unistd.h>

#include <atomic>
#include <mutex>
#include <set>

namespace crema::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestKey = 512;

Result<> check_key(const std::string& key) {
  if (key.size() > kLongestKey)
    return fail("store/cache-key",
                "the cache key is longer than 512 characters: '" + key.substr(0, 60) + "...'");
  if (key.find(',') != std::string::npos)
    return fail("store/cache-key", "the cache key '" + key + "' has a comma, which is not allowed");
  if (key.empty()) return fail("store/cache-key", "the cache key is empty");
  return {};
}

class ArchiveCaches : public Caches {
 public:
  ArchiveCaches(fs::path folder, const sys::Clock& clock, std::uint64_t limit)
      : folder_(std::move(folder)), clock_(clock), limit_(limit) {}

  Result<std::optional<CacheHit>> find(const std::string& key,
                                       std::span<const std::string> restore_keys,
                                       const std::string& version) override {
    CREMA_TRY(check_key(key));
    for (const auto& restore_key : restore_keys) CREMA_TRY(check_key(restore_key));
    const std::lock_guard lock(mutex_);
    auto* database = CREMA_TRY(open());
    if (auto found = CREMA_TRY(newest(*database, "key=?", key, version)))
      return std::optional(CacheHit{*found, true});
    // The primary key is a prefix too, before the restore keys.
    std::vector<std::string> prefixes{key};
    prefixes.insert(prefixes.end(), restore_keys.begin(), restore_keys.end());
    for (const auto& prefix : prefixes) {
      if (auto found =
              CREMA_TRY(newest(*database, "substr(key, 1, length(?1))=?1", prefix, version)))
        return std::optional(CacheHit{*found, *found == key});
    }
    return std::optional<CacheHit>();
  }

  Result<> restore(const CacheHit& hit, const std::string& version,
                   std::span<const CacheRoot> roots) override {
    const auto in_use = CREMA_TRY(sys::FileLock::wait(lock_file(), sys::FileLock::Mode::shared));
    fs::path file;
    {
      const std::lock_guard lock(mutex_);
      auto* database = CREMA_TRY(open());
      auto query = database->statement("SELECT file FROM caches WHERE key=? AND version=?");
      if (!query.bind(hit.key).bind(version).next())
        return fail("store/no-such-cache", "the cache entry '" + hit.key + "' is gone");
      file = folder_ / "caches" / query.text(0);
      CREMA_TRY(database->statement("UPDATE caches SET used=? WHERE key=? AND version=?")
                    .bind(now())
                    .bind(hit.key)
                    .bind(version)
                    .run());
    }
    return read_cache_archive(file, roots);
  }

  Result<bool> save(const std::string& key, const std::string& version,
                    std::span<const fs::path> paths, std::span<const CacheRoot> roots) override {
    CREMA_TRY(check_key(key));
    if (!CREMA_TRY(add(key, version, paths, roots))) return false;
    CREMA_TRY(clean_up());
    return true;
  }

 private:
  Result<Database*> open() {
    if (!database_) database_ = CREMA_TRY(Database::open(folder_ / "crema.db"));
    return database_.get();
  }

  std::int64_t now() const {
    return std::chrono::duration_cast<std::chrono::microseconds>(clock_.wall().time_since_epoch())
        .count();
  }

  static Result<std::optional<std::string>> newest(Database& database, const std::string& condition,
                                                   const std::string& key,
                                                   const std::string& version) {
    auto query = database.statement("SELECT key FROM caches WHERE " + condition +
                                    " AND version=?2 ORDER BY created DESC, id DESC LIMIT 1");
    query.bind(key).bind(version);
    if (query.next()) return std::optional(query.text(0));
    if (const auto& failure = query.failure()) return fail(*failure);
    return std::optional<std::string>();
  }

  // Held shared while an archive is written or read; alone by who cleans up.
  fs::path lock_file() const { return folder_ / "caches" / "lock"; }

  Result<bool> add(const std::string& key, const std::string& version,
                   std::span<const fs::path> paths, std::span<const CacheRoot> roots) {
    static std::atomic<unsigned> counter{0};
    const auto in_use = CREMA_TRY(sys::FileLock::wait(lock_file(), sys::FileLock::Mode::shared));
    {
      const std::lock_guard lock(mutex_);
      auto* database = CREMA_TRY(open());
      if (CREMA_TRY(newest(*database, "key=?", key, version))) return false;
    }
    const std::string name = std::to_string(now()) + "-" + std::to_string(::getpid()) + "-" +
                             std::to_string(counter++) + ".tar.zst";
    const fs::path file = folder_ / "caches" / name;
    if (auto written = write_cache_archive(file, paths, roots); !written) {
      ::unlink(file.c_str());
      return fail(written.error());
    }
    std::error_code error;
    const auto bytes = static_cast<std::int64_t>(fs::file_size(file, error));
    const std::lock_guard lock(mutex_);
    auto* database = CREMA_TRY(open());
    CREMA_TRY(database
                  ->statement("INSERT INTO caches (key, version, created, used, bytes, file) "
                              "VALUES (?,?,?,?,?,?) ON CONFLICT DO NOTHING")
                  .bind(key)
                  .bind(version)
                  .bind(now())
                  .bind(now())
                  .bind(bytes)
                  .bind(name)
                  .run());
    if (database->changes() == 0) {  // another job was quicker
      ::unlink(file.c_str());
      return false;
    }
    return true;
  }

  // Entries beyond the limit go, and archives that killed writers left. Where somebody reads or
  // writes one just now, the next save does it.
  Result<> clean_up() {
    const auto alone =
        CREMA_TRY(sys::FileLock::attempt(lock_file(), sys::FileLock::Mode::exclusive));
    if (!alone) return {};
    const std::lock_guard lock(mutex_);
    auto* database = CREMA_TRY(open());
    CREMA_TRY(evict(*database));
    return remove_unknown(*database);
  }

  Result<> evict(Database& database) {
    struct Entry {
      std::int64_t id;
      std::uint64_t bytes;
    };
    std::vector<Entry> newest_first;
    {
      auto query = database.statement("SELECT id, bytes FROM caches ORDER BY used DESC, id DESC");
      while (query.next())
        newest_first.push_back({query.integer(0), static_cast<std::uint64_t>(query.integer(1))});
      if (const auto& failure = query.failure()) return fail(*failure);
    }
    std::uint64_t total = 0;
    for (const auto& entry : newest_first) {
      total += entry.bytes;
      if (total > limit_)
        CREMA_TRY(database.statement("DELETE FROM caches WHERE id=?").bind(entry.id).run());
    }
    return {};
  }

  Result<> remove_unknown(Database& database) {
    std::set<std::string> known{"lock"};
    {
      auto query = database.statement("SELECT file FROM caches");
      while (query.next()) known.insert(query.text(0));
      if (const auto& failure = query.failure()) return fail(*failure);
    }
    std::error_code error;
    std::vector<fs::path> unknown;
    for (auto entry = fs::directory_iterator(folder_ / "caches", error);
         !error && entry != fs::directory_iterator(); entry.increment(error)) {
      if (!known.contains(entry->path().filename().string())) unknown.push_back(entry->path());
    }
    for (const auto& file : unknown) fs::remove(file, error);
    return {};
  }

  fs::path folder_;
  const sys::Clock& clock_;
  std::uint64_t limit_;
  std::mutex mutex_;
  std::unique_ptr<Database> database_;
};

}  // namespace

std::unique_ptr<Caches> make_archive_caches(const fs::path& folder, const sys::Clock& clock,
                                            std::uint64_t limit) {
  return std::make_unique<ArchiveCaches>(folder, clock, limit);
}

}  // namespace crema::store
