#include "database.h"

#include <sqlite3.h>

#include <chrono>
#include <map>
#include <thread>
#include <utility>
#include <vector>

namespace crema::store {

std::string_view embedded(std::string_view name);  // made by crema_embed

namespace {
constexpr std::uintmax_t kShortLog = std::uintmax_t{4} << 20U;
constexpr std::chrono::milliseconds kPatience{30'000};
}  // namespace

// Idle statements by their text; one in use is taken out, so that it can be used twice at once.
struct Database::Statements {
  std::multimap<std::string, sqlite3_stmt*, std::less<>> idle;
  std::map<sqlite3_stmt*, std::string> texts;
};

Database::Database(sqlite3* handle, std::filesystem::path file)
    : handle_(handle), file_(std::move(file)), statements_(std::make_unique<Statements>()) {}

Database::~Database() {
  for (auto& [text, statement] : statements_->idle) sqlite3_finalize(statement);
  // Who closes last copies the log into the database and waits for the disk: not for a short log,
  // which the next one reads in a moment.
  std::error_code none;
  const auto log = std::filesystem::file_size(file_.string() + "-wal", none);
  if (!none && log < kShortLog)
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  sqlite3_close(handle_);
}

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& file) {
  sqlite3* handle = nullptr;
  const int code =
      sqlite3_open_v2(file.c_str(), &handle,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  std::unique_ptr<Database> database(new Database(handle, file));
  if (code != SQLITE_OK) return fail(database->error());
  sqlite3_busy_timeout(handle, static_cast<int>(kPatience.count()));
  // WAL with NORMAL: a commit costs a write, no sync; a killed process loses nothing, a power cut
  // at most the last commits, and never the database.
  // Syncs happen when the log is copied into the database: beyond 16 MiB, so that a run of hundreds
  // of steps does not wait for the disk; and when the last connection closes after much work.
  CREMA_TRY(database->use_write_ahead_log());
  CREMA_TRY(database->execute(
      "PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=4096"));
  return database;
}

// Two processes that make the database at once collide here, and SQLite answers "busy" without
// waiting: a connection that has begun to read is not let wait for one that wants to write.
Result<> Database::use_write_ahead_log() {
  constexpr std::chrono::milliseconds kPause{2};
  auto switched = execute("PRAGMA journal_mode=WAL");
  for (auto waited = kPause;
       !switched && (sqlite3_errcode(handle_) & 0xff) == SQLITE_BUSY && waited < kPatience;
       waited += kPause) {
    std::this_thread::sleep_for(kPause);
    switched = execute("PRAGMA journal_mode=WAL");
  }
  return switched;
}

Diagnostic Database::error() const {
  const int code = handle_ == nullptr ? SQLITE_NOMEM : sqlite3_errcode(handle_);
  auto diagnostic = make_error(
      "store/database", "the store " + file_.string() + ": " +
                            (handle_ == nullptr ? "out of memory" : sqlite3_errmsg(handle_)));
  diagnostic.exit_code = ExitCode::internal;
  if (code == SQLITE_FULL) diagnostic.hint = "free some disk space";
  if (code == SQLITE_READONLY || code == SQLITE_CANTOPEN)
    diagnostic.hint = "make the folder writable, or set CREMA_HOME to another one";
  if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
    diagnostic.hint = "move " + file_.string() +
                      " away: crema makes a new one; logs and artifacts stay where they are";
  return diagnostic;
}

Result<> Database::execute(std::string_view script) {
  if (sqlite3_exec(handle_, std::string(script).c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    return fail(error());
  return {};
}

Statement Database::statement(std::string_view sql) {
  if (const auto found = statements_->idle.find(sql); found != statements_->idle.end()) {
    auto* statement = found->second;
    statements_->idle.erase(found);
    return {*this, statement};
  }
  sqlite3_stmt* prepared = nullptr;
  const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
  Statement statement(*this, prepared);
  if (code != SQLITE_OK)
    statement.failure_ = error();
  else
    statements_->texts[prepared] = sql;
  return statement;
}

std::int64_t Database::last_id() const { return sqlite3_last_insert_rowid(handle_); }
std::int64_t Database::changes() const { return sqlite3_changes(handle_); }

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_),
      statement_(std::exchange(other.statement_, nullptr)),
      bound_(other.bound_),
      failure_(std::move(other.failure_)) {}

Statement::~Statement() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
  auto& statements = *database_.statements_;
  statements.idle.emplace(statements.texts.at(statement_), statement_);
}

Statement& Statement::bind(std::int64_t value) {
  if (statement_ != nullptr) sqlite3_bind_int64(statement_, ++bound_, value);
  return *this;
}

Statement& Statement::bind(std::string_view value) {
  if (statement_ != nullptr)
    sqlite3_bind_text(statement_, ++bound_, value.data(), static_cast<int>(value.size()),
                      SQLITE_TRANSIENT);
  return *this;
}

Statement& Statement::bind_bytes(std::string_view value) {
  if (statement_ != nullptr)
    sqlite3_bind_blob64(statement_, ++bound_, value.data(), value.size(), SQLITE_TRANSIENT);
  return *this;
}

Statement& Statement::bind(const std::optional<std::int64_t>& value) {
  if (value) return bind(*value);
  if (statement_ != nullptr) sqlite3_bind_null(statement_, ++bound_);
  return *this;
}

bool Statement::next() {
  if (failure_ || statement_ == nullptr) return false;
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) failure_ = database_.error();
  return false;
}

Result<> Statement::run() {
  while (next()) {
  }
  if (failure_) return fail(*failure_);
  return {};
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string Statement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return bytes == nullptr
             ? std::string()
             : std::string(bytes,
                           static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
}

std::string Statement::bytes(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  return bytes == nullptr
             ? std::string()
             : std::string(bytes,
                           static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
}

std::optional<std::int64_t> Statement::optional_integer(int column) const {
  if (sqlite3_column_type(statement_, column) == SQLITE_NULL) return std::nullopt;
  return integer(column);
}

Result<Transaction> Transaction::begin(Database& database) {
  CREMA_TRY(database.statement("BEGIN IMMEDIATE").run());
  return Transaction(database);
}

Transaction::Transaction(Transaction&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)) {}

Transaction::~Transaction() {
  if (database_ != nullptr) (void)database_->statement("ROLLBACK").run().has_value();
}

Result<> Transaction::commit() {
  CREMA_TRY(database_->statement("COMMIT").run());
  database_ = nullptr;
  return {};
}

Result<> migrate(Database& database) {
  constexpr std::string_view kMigrations[] = {"0001.sql", "0002.sql", "0003.sql"};
  const auto version = [&]() -> std::int64_t {
    auto query = database.statement("PRAGMA user_version");
    return query.next() ? query.integer(0) : 0;
  };
  const auto latest = static_cast<std::int64_t>(std::size(kMigrations));
  if (version() == latest) return {};
  auto transaction = CREMA_TRY(Transaction::begin(database));
  const auto current = version();  // another process may have been quicker
  if (current > latest) {
    auto error = make_error("store/newer", "this store was made by a newer crema");
    error.hint = "use that crema, or set CREMA_HOME to another folder";
    return fail(std::move(error));
  }
  for (auto number = current; number < latest; ++number)
    CREMA_TRY(database.execute(embedded(kMigrations[number])));
  CREMA_TRY(database.execute("PRAGMA user_version=" + std::to_string(latest)));
  return transaction.commit();
}

}  // namespace crema::store
