// Logs of steps as files: pages, torn ends, full disks, texts that look like records.
#include "step_log_file.h"

#include "crema/store/store.h"
#include "crema/sys/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::store {
namespace {

using evidence::LineKind;
using evidence::LogLine;
using testing::ElementsAre;

class StepLogFileTest : public testing::Test {
 protected:
  sys::TemporaryDirectory folder = sys::TemporaryDirectory::create("/tmp", "crema-test-").value();
  std::filesystem::path file = folder.path() / "0.log";
  sys::SpareFiles spare{folder.path() / "spare"};

  static void say(StepLogWriter& writer, const std::vector<std::string>& texts) {
    std::vector<LogLine> lines;
    for (const auto& text : texts) lines.push_back({{}, LineKind::output, text});
    ASSERT_TRUE(writer.append(lines));
  }
  static std::vector<std::string> numbered(std::size_t from, std::size_t count) {
    std::vector<std::string> texts;
    for (auto i = from; i < from + count; ++i) texts.push_back(std::to_string(i));
    return texts;
  }
  std::vector<std::string> page(std::uint64_t first, std::uint64_t limit) const {
    std::vector<std::string> texts;
    const auto lines = read_step_log(file, first, limit).value();
    for (const auto& line : lines) texts.push_back(line.text);
    return texts;
  }
};

TEST_F(StepLogFileTest, KeepsEveryTextByteForByte) {
  const std::vector<std::string> texts{"",
                                       " ",
                                       "a\nb",
                                       "\\n\n\\",
                                       "back\\slash\\n",
                                       "1 o x",
                                       "\r",
                                       std::string("nul\0l", 5),
                                       "\xff\xfe",
                                       "tail\n",
                                       "\\"};
  auto writer = StepLogWriter::create(file, spare).value();
  say(writer, texts);
  EXPECT_EQ(page(0, 99), texts);
  EXPECT_EQ(count_step_log(file).value(), texts.size());
}

TEST_F(StepLogFileTest, KeepsKindAndTimeToTheMillisecond) {
  auto writer = StepLogWriter::create(file, spare).value();
  std::vector<LogLine> lines;
  for (int kind = 0; kind <= static_cast<int>(LineKind::error); ++kind)
    lines.push_back({evidence::Time(std::chrono::milliseconds(1'700'000'000'000 + kind)),
                     static_cast<LineKind>(kind), "x"});
  ASSERT_TRUE(writer.append(lines));
  const auto back = read_step_log(file, 0, 99).value();
  ASSERT_EQ(back.size(), lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    EXPECT_EQ(back[i].kind, lines[i].kind);
    EXPECT_EQ(back[i].time, lines[i].time);
  }
}

TEST_F(StepLogFileTest, FindsPagesAroundIndexEntries) {
  auto writer = StepLogWriter::create(file, spare).value();
  // Batches that end before, at and after the lines the index knows.
  std::size_t total = 0;
  for (const std::size_t batch : {1, 1022, 1, 1, 1023, 2048, 5000, 3}) {
    say(writer, numbered(total, batch));
    total += batch;
    EXPECT_EQ(count_step_log(file).value(), total);
  }
  for (const std::size_t first : {0UL, 1023UL, 1024UL, 1025UL, 2048UL, 4096UL, total - 1})
    EXPECT_EQ(page(first, 1), numbered(first, 1));
  EXPECT_TRUE(page(total, 1).empty());
  EXPECT_EQ(page(0, total + 1).size(), total);
}

TEST_F(StepLogFileTest, DoesWithoutAnIndex) {
  auto writer = StepLogWriter::create(file, spare).value();
  say(writer, numbered(0, 3000));
  std::filesystem::remove(file.string() + ".index");
  EXPECT_THAT(page(2999, 9), ElementsAre("2999"));
  EXPECT_EQ(count_step_log(file).value(), 3000U);
}

TEST_F(StepLogFileTest, IgnoresATornLineAndCutsItOffToGoOn) {
  {
    auto writer = StepLogWriter::create(file, spare).value();
    say(writer, numbered(0, 2000));
  }
  ASSERT_TRUE(sys::append_file(file, "1700000000000 o torn in the mid"));
  EXPECT_EQ(count_step_log(file).value(), 2000U);
  EXPECT_THAT(page(1999, 9), ElementsAre("1999"));
  auto writer = StepLogWriter::go_on(file).value();
  say(writer, numbered(2000, 100));
  EXPECT_THAT(page(1999, 2), ElementsAre("1999", "2000"));
  EXPECT_THAT(page(2099, 9), ElementsAre("2099"));
}

TEST_F(StepLogFileTest, ShowsADamagedRecordWithoutShiftingOthers) {
  {
    auto writer = StepLogWriter::create(file, spare).value();
    say(writer, {"before"});
  }
  ASSERT_TRUE(sys::append_file(file, "not a record\n"));
  auto writer = StepLogWriter::go_on(file).value();
  say(writer, {"after"});
  EXPECT_THAT(page(0, 9), ElementsAre("before", "not a record", "after"));
  EXPECT_THAT(page(2, 9), ElementsAre("after"));
}

TEST_F(StepLogFileTest, ReadsALineThatIsLongerThanAnyBuffer) {
  auto writer = StepLogWriter::create(file, spare).value();
  const std::string longest(8'000'000, 'x');
  say(writer, {"a", longest, "b"});
  EXPECT_THAT(page(0, 9), ElementsAre("a", longest, "b"));
}

TEST_F(StepLogFileTest, SaysWhatToDoWhenTheDiskIsFull) {
  std::filesystem::create_symlink("/dev/full", file);
  auto writer = StepLogWriter::create(file, spare).value();
  const LogLine line{{}, LineKind::output, "x"};
  const auto written = writer.append({&line, 1});
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, "store/log");
  EXPECT_THAT(written.error().hint, testing::HasSubstr("free some disk space"));
}

}  // namespace
}  // namespace crema::store
