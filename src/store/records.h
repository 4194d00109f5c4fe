// Evidence in the database: documents by run, and the results of tests, which stay.
#pragma once

#include "database.h"

#include "crema/evidence/record.h"
#include "crema/store/store.h"

#include <cstdint>
#include <vector>

namespace crema::store {

// In one transaction of its own.
Result<> insert_record(Database& database, std::int64_t run, const evidence::Record& record);
// In the order they were added.
Result<std::vector<evidence::Record>> select_records(Database& database, std::int64_t run);
// Newest first, at most `limit` for each test.
Result<std::vector<TestHistory>> select_history(Database& database, std::size_t limit);

}  // namespace crema::store
