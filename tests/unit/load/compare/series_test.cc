// Buckets of latency, and the file of a run's series.
#include "crema/load/compare/series.h"

#include "load/compare/simulated_run.h"

#include "crema/load/compare/series_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zstd.h>

#include <cmath>
#include <limits>

namespace crema::load {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(LatencyKey, IsExactBelow1024) {
  for (std::uint64_t value = 0; value < 1024; ++value) {
    EXPECT_EQ(latency_key(value), value);
    EXPECT_EQ(latency_from(latency_key(value)), value);
    EXPECT_EQ(latency_width(latency_key(value)), 1U);
  }
}

TEST(LatencyKey, HasNoGapAndTheMiddleIsWithinAThousandth) {
  for (std::uint32_t key = 1; key <= kLargestLatencyKey; ++key) {
    const auto from = latency_from(key);
    EXPECT_EQ(latency_from(key - 1) + latency_width(key - 1), from) << key;
    ASSERT_EQ(latency_key(from), key);
    ASSERT_EQ(latency_key(from + latency_width(key) - 1), key);
    if (key >= 1024)
      EXPECT_LE(static_cast<double>(latency_width(key)) / 2 / static_cast<double>(from),
                1.0 / 1024);
  }
  EXPECT_EQ(latency_key(std::numeric_limits<std::uint64_t>::max()), kLargestLatencyKey);
}

TEST(TimeBlock, CountsAndSums) {
  const std::vector<std::uint64_t> latencies{3, 1, 3, 2048, 2049};
  const auto block = time_block(latencies, 2);
  EXPECT_EQ(block.requests, 5U);
  EXPECT_EQ(block.failures, 2U);
  EXPECT_EQ(block.latency_sum_ns, 4104U);
  EXPECT_THAT(block.latency,
              ElementsAre(LatencyBucket{1, 1}, LatencyBucket{3, 2}, LatencyBucket{1536, 2}));
}

TEST(RunRecordFile, IsReadAsItWasWritten) {
  auto record = simulated_run(1, 30, 12, 3);
  record.series.push_back({.name = "http_req_duration{name:login}", .blocks = {TimeBlock{}}});
  record.facts.dropped = std::numeric_limits<std::uint64_t>::max();
  const auto bytes = run_record_bytes(record);
  const auto read = read_run_record(bytes, "base.run");
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(*read, record);
  // 30 s of 200 requests each; the file is no larger than a picture in a page.
  EXPECT_LT(bytes.size(), 16384U);
}

std::string error_of(std::string_view bytes, std::string_view code) {
  const auto read = read_run_record(bytes, "base.run");
  if (read.has_value()) return "no error";
  EXPECT_EQ(read.error().code, code);
  return read.error().message;
}

std::string file_of(std::string_view content) {
  std::string frame(ZSTD_compressBound(content.size()), '\0');
  frame.resize(ZSTD_compress(frame.data(), frame.size(), content.data(), content.size(), 1));
  return "CREMARUN\x01" + frame;
}

std::string content_of(const RunRecord& record) {
  const auto bytes = run_record_bytes(record).substr(9);
  std::string content(ZSTD_getFrameContentSize(bytes.data(), bytes.size()), '\0');
  ZSTD_decompress(content.data(), content.size(), bytes.data(), bytes.size());
  return content;
}

TEST(RunRecordFile, SaysWhatIsNoneOfIts) {
  EXPECT_THAT(error_of("", "run-record/format"), HasSubstr("does not start with CREMARUN"));
  EXPECT_THAT(error_of("{\"schema\":1}", "run-record/format"), HasSubstr("base.run"));
  EXPECT_THAT(error_of("CREMARUN\x07", "run-record/format"), HasSubstr("version 7"));
  EXPECT_THAT(error_of("CREMARUN\x01nonsense", "run-record/damaged"), HasSubstr("base.run"));
}

TEST(RunRecordFile, RefusesEveryShorterFileAndEveryChangedByte) {
  auto bytes = run_record_bytes(simulated_run(1, 2, 12));
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(read_run_record(std::string_view(bytes).substr(0, size), "x").has_value()) << size;
  EXPECT_FALSE(read_run_record(bytes + "more", "x").has_value());
  // The frame's descriptor has a bit that nobody reads; all others are covered by the checksum.
  for (std::size_t at = 14; at < bytes.size(); ++at) {
    bytes[at] = static_cast<char>(bytes[at] ^ 0x55);
    EXPECT_FALSE(read_run_record(bytes, "x").has_value()) << at;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x55);
  }
}

TEST(RunRecordFile, SaysWhereItsContentMakesNoSense) {
  const auto content = content_of(simulated_run(1, 2, 12));
  for (std::size_t size = 0; size < content.size(); ++size) {
    EXPECT_THAT(error_of(file_of(content.substr(0, size)), "run-record/damaged"),
                HasSubstr("it ends before the"));
  }
  EXPECT_THAT(error_of(file_of(content + "x"), "run-record/damaged"), HasSubstr("more follows"));
}

TEST(RunRecordFile, RefusesNumbersThatCannotBe) {
  auto record = simulated_run(1, 1, 12);
  record.series.front().blocks.front().failures = 1000;
  EXPECT_THAT(error_of(run_record_bytes(record), "run-record/damaged"),
              HasSubstr("the number of failures is 1000, above 200"));
  record = simulated_run(1, 1, 12);
  record.block_seconds = std::nan("");
  EXPECT_THAT(error_of(run_record_bytes(record), "run-record/damaged"), HasSubstr("blocks"));
  record = simulated_run(1, 1, 12);
  record.series.push_back(record.series.front());
  EXPECT_THAT(error_of(run_record_bytes(record), "run-record/damaged"), HasSubstr("twice"));
  record = simulated_run(1, 1, 12);
  record.series.front().blocks.front().latency = {{.key = kLargestLatencyKey + 1, .count = 1}};
  EXPECT_THAT(error_of(run_record_bytes(record), "run-record/damaged"),
              HasSubstr("key of a bucket"));
}

// A small file that promises 200 MB of zeros.
TEST(RunRecordFile, DoesNotGrowBeyondItsBounds) {
  const std::string zeros(std::size_t{200} << 20U, '\0');
  EXPECT_THAT(error_of(file_of(zeros), "run-record/damaged"), HasSubstr("128 MB"));
}

}  // namespace
}  // namespace crema::load
