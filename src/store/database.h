// SQLite behind three small classes: errors become Results, statements reset themselves.
#pragma once

#include "crema/base/result.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace crema::store {

class Database;

// A prepared statement with its values bound in order. Lives shorter than its Database.
class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  Statement& bind(std::int64_t value);
  Statement& bind(std::string_view value);
  Statement& bind(const std::optional<std::int64_t>& value);
  Statement& bind_bytes(std::string_view value);

  // True while there is a row; a failed step ends the rows and is what `failure` then tells.
  bool next();
  Result<> run();  // to its end
  const std::optional<Diagnostic>& failure() const { return failure_; }

  std::int64_t integer(int column) const;
  std::string text(int column) const;
  std::string bytes(int column) const;
  std::optional<std::int64_t> optional_integer(int column) const;

 private:
  friend class Database;
  Statement(Database& database, sqlite3_stmt* statement)
      : database_(database), statement_(statement) {}

  Database& database_;
  sqlite3_stmt* statement_;
  int bound_ = 0;
  std::optional<Diagnostic> failure_;
};

// One connection; whoever owns it sees to it that one thread uses it at a time.
class Database {
 public:
  static Result<std::unique_ptr<Database>> open(const std::filesystem::path& file);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Prepared once for each text, then reused. A statement that cannot be prepared fails at run().
  Statement statement(std::string_view sql);
  Result<> execute(std::string_view script);
  std::int64_t last_id() const;
  std::int64_t changes() const;

 private:
  friend class Statement;
  struct Statements;
  explicit Database(sqlite3* handle, std::filesystem::path file);
  Result<> use_write_ahead_log();
  Diagnostic error() const;

  sqlite3* handle_;
  std::filesystem::path file_;
  std::unique_ptr<Statements> statements_;
};

// Rolls back unless committed.
class Transaction {
 public:
  static Result<Transaction> begin(Database& database);
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  Result<> commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

// Brings the schema up to date; concurrent callers wait for each other.
Result<> migrate(Database& database);

}  // namespace crema::store
