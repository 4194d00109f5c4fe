// What SQLite refuses, as diagnostics with a way out.
#include "database.h"

#include "crema/sys/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::store {
namespace {

using testing::HasSubstr;

class DatabaseTest : public testing::Test {
 protected:
  sys::TemporaryDirectory folder = sys::TemporaryDirectory::create("/tmp", "crema-test-").value();
  std::filesystem::path file = folder.path() / "crema.db";
};

TEST_F(DatabaseTest, RollsBackWhatIsNotCommitted) {
  auto database = Database::open(file).value();
  ASSERT_TRUE(database->execute("CREATE TABLE t (x INTEGER)"));
  {
    auto transaction = Transaction::begin(*database).value();
    ASSERT_TRUE(database->statement("INSERT INTO t VALUES (?)").bind(1).run());
  }
  auto count = database->statement("SELECT COUNT(*) FROM t");
  ASSERT_TRUE(count.next());
  EXPECT_EQ(count.integer(0), 0);
}

TEST_F(DatabaseTest, SaysWhatToDoWhenItIsFull) {
  auto database = Database::open(file).value();
  ASSERT_TRUE(database->execute("CREATE TABLE t (x TEXT); PRAGMA max_page_count=4"));
  const std::string large(100'000, 'x');
  const auto written = database->statement("INSERT INTO t VALUES (?)").bind(large).run();
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().hint, HasSubstr("free some disk space"));
}

TEST_F(DatabaseTest, SaysWhatToDoWhereItMayNotWrite) {
  ASSERT_TRUE(Database::open(file).value()->execute("CREATE TABLE t (x TEXT)"));
  auto database = Database::open(file).value();
  ASSERT_TRUE(database->execute("PRAGMA query_only=1"));
  const auto written = database->statement("INSERT INTO t VALUES ('')").run();
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().hint, HasSubstr("CREMA_HOME"));
}

TEST_F(DatabaseTest, RefusesAStoreOfANewerCrema) {
  auto database = Database::open(file).value();
  ASSERT_TRUE(migrate(*database));
  ASSERT_TRUE(migrate(*database));
  ASSERT_TRUE(database->execute("PRAGMA user_version=99"));
  EXPECT_EQ(migrate(*database).error().code, "store/newer");
}

}  // namespace
}  // namespace crema::store
