#include "crema/load/compare/series_file.h"

#include <fmt/format.h>
#include <zstd.h>

#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <memory>
#include <set>

namespace crema::load {
namespace {

constexpr std::string_view kMagic = "CREMARUN";
constexpr char kVersion = 1;
constexpr std::size_t kHeader = kMagic.size() + 1;
constexpr int kLevel = 3;
// An hour of ten series, a block a second, is about a third of each of these.
constexpr std::size_t kMostBytes = std::size_t{128} << 20U;
constexpr std::uint64_t kMostBlocks = 1U << 20U;
constexpr std::uint64_t kMostBuckets = 16U << 20U;
constexpr std::uint64_t kMostSeries = 4096;
constexpr std::uint64_t kLongestText = 4096;
constexpr double kShortestBlock = 0.001;
constexpr double kLongestBlock = 3600;

class Writer {
 public:
  void integer(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7U) bytes_ += static_cast<char>(value | 0x80U);
    bytes_ += static_cast<char>(value);
  }
  void fraction(double value) {
    auto bits = std::bit_cast<std::uint64_t>(value);
    for (int i = 0; i < 8; ++i, bits >>= 8U) bytes_ += static_cast<char>(bits & 0xffU);
  }
  void text(std::string_view value) {
    integer(value.size());
    bytes_ += value;
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

void write_block(Writer& out, const TimeBlock& block) {
  out.integer(block.requests);
  out.integer(block.failures);
  out.integer(block.latency_sum_ns);
  out.integer(block.latency.size());
  std::uint32_t before = 0;
  for (const auto& bucket : block.latency) {
    out.integer(bucket.key - before);
    out.integer(bucket.count);
    before = bucket.key;
  }
}

void write_facts(Writer& out, const RunFacts& facts) {
  out.text(facts.cpu_model);
  out.integer(facts.cores);
  out.text(facts.commit);
  out.text(facts.script_hash);
  out.fraction(facts.generator_cpu_share);
  out.fraction(facts.steal_share);
  out.fraction(facts.loop_lag_p99_ms);
  out.integer(facts.iterations);
  out.integer(facts.dropped);
}

// Reads what Writer wrote. After the first thing that makes no sense all reads give nothing, and
// `problem` says what it was.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  std::uint64_t integer(std::string_view what, std::uint64_t most) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; problem_.empty(); shift += 7) {
      if (at_ == bytes_.size()) return refuse(fmt::format("it ends before the {}", what));
      const auto byte = static_cast<unsigned char>(bytes_[at_++]);
      if (shift == 63 && byte > 1) return refuse(fmt::format("the {} has too many bits", what));
      value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
      if (byte < 0x80) break;
    }
    if (value > most) return refuse(fmt::format("the {} is {}, above {}", what, value, most));
    return problem_.empty() ? value : 0;
  }
  double fraction(std::string_view what) {
    if (problem_.empty() && bytes_.size() - at_ < 8)
      refuse(fmt::format("it ends before the {}", what));
    if (!problem_.empty()) return 0;
    std::uint64_t bits = 0;
    for (unsigned i = 0; i < 8; ++i)
      bits |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes_[at_++])) << (8 * i);
    return std::bit_cast<double>(bits);
  }
  std::string text(std::string_view what) {
    const auto size = integer(what, kLongestText);
    if (size > bytes_.size() - at_) refuse(fmt::format("it ends before the {}", what));
    if (!problem_.empty()) return {};
    at_ += size;
    return std::string(bytes_.substr(at_ - size, size));
  }
  std::uint64_t refuse(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
    return 0;
  }
  bool good() const { return problem_.empty(); }
  bool at_end() const { return at_ == bytes_.size(); }
  std::size_t offset() const { return at_; }
  const std::string& problem() const { return problem_; }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
  std::string problem_;
};

constexpr auto kAny = std::numeric_limits<std::uint64_t>::max();
// Counts stay where sums of all blocks cannot overflow.
constexpr std::uint64_t kMostCount = std::uint64_t{1} << 36U;

RunFacts read_facts(Reader& in) {
  RunFacts facts;
  facts.cpu_model = in.text("CPU model");
  facts.cores = static_cast<std::uint32_t>(in.integer("number of cores", 1U << 20U));
  facts.commit = in.text("commit");
  facts.script_hash = in.text("script's digest");
  facts.generator_cpu_share = in.fraction("CPU share");
  facts.steal_share = in.fraction("stolen share");
  facts.loop_lag_p99_ms = in.fraction("loop lag");
  facts.iterations = in.integer("number of iterations", kAny);
  facts.dropped = in.integer("number of dropped iterations", kAny);
  return facts;
}

TimeBlock read_block(Reader& in, std::uint64_t& buckets_left) {
  TimeBlock block;
  block.requests = in.integer("number of requests", kMostCount);
  block.failures = in.integer("number of failures", block.requests);
  block.latency_sum_ns = in.integer("sum of latencies", kAny);
  const auto buckets = in.integer("number of buckets", buckets_left);
  buckets_left -= buckets;
  std::uint64_t key = 0;
  for (std::uint64_t i = 0; i < buckets && in.good(); ++i) {
    const auto distance = in.integer("key of a bucket", kLargestLatencyKey - key);
    if (i > 0 && distance == 0) in.refuse("a bucket stands twice");
    key += distance;
    const auto count = in.integer("count of a bucket", kMostCount);
    if (count == 0) in.refuse("a bucket is empty");
    block.latency.push_back({.key = static_cast<std::uint32_t>(key), .count = count});
  }
  return block;
}

RunRecord read_record(Reader& in) {
  RunRecord record{.facts = read_facts(in), .block_seconds = in.fraction("length of blocks")};
  if (!(record.block_seconds >= kShortestBlock && record.block_seconds <= kLongestBlock))
    in.refuse("the length of blocks is not from a millisecond to an hour");
  auto blocks_left = kMostBlocks;
  auto buckets_left = kMostBuckets;
  std::set<std::string> names;
  const auto series = in.integer("number of series", kMostSeries);
  for (std::uint64_t i = 0; i < series && in.good(); ++i) {
    auto& one = record.series.emplace_back();
    one.name = in.text("name of a series");
    if (!names.insert(one.name).second) in.refuse("a series stands twice");
    const auto blocks = in.integer("number of blocks", blocks_left);
    blocks_left -= blocks;
    for (std::uint64_t at = 0; at < blocks && in.good(); ++at)
      one.blocks.push_back(read_block(in, buckets_left));
  }
  if (in.good() && !in.at_end()) in.refuse("more follows after the last series");
  return record;
}

// Grows with what is really there: a frame's header may promise anything.
std::string decompressed(std::string_view frame, std::string& problem) {
  const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(),
                                                                     ZSTD_freeDCtx);
  std::string out;
  std::string chunk(ZSTD_DStreamOutSize(), '\0');
  ZSTD_inBuffer input{.src = frame.data(), .size = frame.size(), .pos = 0};
  for (;;) {
    ZSTD_outBuffer output{.dst = chunk.data(), .size = chunk.size(), .pos = 0};
    const auto left = ZSTD_decompressStream(context.get(), &output, &input);
    out.append(chunk, 0, output.pos);
    if (ZSTD_isError(left) != 0)
      problem = ZSTD_getErrorName(left);
    else if (out.size() > kMostBytes)
      problem = "it is larger than 128 MB decompressed";
    else if (left == 0 && input.pos < input.size)
      problem = "more follows after the compressed part";
    else if (left != 0 && input.pos == input.size && output.pos < output.size)
      problem = "it ends too early";
    else if (left != 0)
      continue;
    return out;
  }
}

tl::unexpected<Diagnostic> damaged(std::string_view name, std::string_view problem) {
  auto diagnostic =
      make_error("run-record/damaged", fmt::format("{} is damaged: {}", name, problem));
  diagnostic.hint = "run the load again to record it anew";
  return fail(std::move(diagnostic));
}

}  // namespace

std::string run_record_bytes(const RunRecord& record) {
  Writer out;
  write_facts(out, record.facts);
  out.fraction(record.block_seconds);
  out.integer(record.series.size());
  for (const auto& series : record.series) {
    out.text(series.name);
    out.integer(series.blocks.size());
    for (const auto& block : series.blocks) write_block(out, block);
  }
  const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(),
                                                                     ZSTD_freeCCtx);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, kLevel);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  std::string bytes(kHeader + ZSTD_compressBound(out.bytes().size()), '\0');
  kMagic.copy(bytes.data(), kMagic.size());
  bytes[kMagic.size()] = kVersion;
  const auto size = ZSTD_compress2(context.get(), bytes.data() + kHeader, bytes.size() - kHeader,
                                   out.bytes().data(), out.bytes().size());
  bytes.resize(ZSTD_isError(size) != 0 ? 0 : kHeader + size);
  return bytes;
}

Result<RunRecord> read_run_record(std::string_view bytes, std::string_view name) {
  if (bytes.size() < kHeader || !bytes.starts_with(kMagic)) {
    return fail("run-record/format",
                fmt::format("{} is no record of a run: it does not start with {}", name, kMagic));
  }
  if (bytes[kMagic.size()] != kVersion) {
    auto diagnostic =
        make_error("run-record/format",
                   fmt::format("{} has version {} of the format, this crema reads {}", name,
                               static_cast<unsigned char>(bytes[kMagic.size()]), int{kVersion}));
    diagnostic.hint = "record both runs with the same version of crema";
    return diagnostic;
  }
  std::string problem;
  const auto content = decompressed(bytes.substr(kHeader), problem);
  if (!problem.empty()) return damaged(name, problem);
  Reader in(content);
  auto record = read_record(in);
  if (!in.good()) return damaged(name, fmt::format("at byte {} {}", in.offset(), in.problem()));
  return record;
}

}  // namespace crema::load
