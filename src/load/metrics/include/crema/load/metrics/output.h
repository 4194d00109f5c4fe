// Outputs: every sample written to a file as it comes, by a thread of its own that never holds the
// test up.
#pragma once

#include "crema/base/result.h"
#include "crema/base/sync.h"
#include "crema/load/metrics/recorder.h"
#include "crema/load/metrics/threshold.h"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace crema::load {

// One way to write points. Called from the writer's thread only.
class Output {
 public:
  virtual ~Output() = default;
  virtual Result<> write(std::span<const Point> points) = 0;
  virtual Result<> close() = 0;
};

struct OutputSettings {
  const Registry* registry = nullptr;        // never null
  const ThresholdSet* thresholds = nullptr;  // may be null
  std::vector<std::string> system_tags;      // those that are on: the columns of CSV
  sys::Environment environment;              // K6_CSV_FILENAME and the like
  std::string collectors;                    // the config file's `collectors`, as JSON; "" for none
  const sys::Clock* clock = nullptr;         // never null for outputs that send
  // What does not end an output: a server that is away. From any thread; may be empty.
  std::function<void(const Diagnostic&)> warn;
};

// One row of a table of outputs.
struct OutputKind {
  std::string_view name;
  // `argument` is what stands after the first "=" of -o; "" where there is nothing.
  Result<std::unique_ptr<Output>> (*make)(const std::string& argument,
                                          const OutputSettings& settings);
  bool missing = false;  // `make` only says that it is not here, and what is in its place
};

// json and csv.
std::span<const OutputKind> file_outputs();

// `text` is what stands after -o: "json=FILE", "csv=FILE"; "-" is standard output, and a name that
// ends in .gz a compressed file. Fails with "load/output" on a name that none of `kinds` has,
// naming those that are not missing, and on what the output itself cannot do.
Result<std::unique_ptr<Output>> make_output(std::string_view text, const OutputSettings& settings,
                                            std::span<const OutputKind> kinds = file_outputs());

// Writes batches of points to outputs on a thread of its own. An output that fails is reported once
// and gets nothing more; what it missed is counted. Points refer to series, whose recorders must
// outlive it.
class OutputWriter {
 public:
  using Report = std::function<void(const Diagnostic&)>;  // called on the writer's thread

  // Holds `capacity` points at most; beyond it a batch is dropped and counted.
  OutputWriter(std::vector<std::unique_ptr<Output>> outputs, Report report,
               std::size_t capacity = 4'000'000);
  OutputWriter(const OutputWriter&) = delete;
  OutputWriter& operator=(const OutputWriter&) = delete;
  ~OutputWriter();

  // From any thread; never waits for a disk.
  void push(std::vector<Point>&& points);
  // Writes what is there, closes the outputs and ends the thread.
  void close();
  // Points that some output did not get.
  std::uint64_t dropped() const;

 private:
  struct Queue {
    std::vector<std::vector<Point>> batches;
    std::size_t points = 0;
    std::uint64_t dropped = 0;
    bool closing = false;
  };
  void run();
  void write(std::span<const Point> points);
  void fault(std::size_t output, const Diagnostic& diagnostic);

  std::vector<std::unique_ptr<Output>> outputs_;
  Report report_;
  std::size_t capacity_;
  mutable Sync<Queue> queue_;
  std::condition_variable ready_;
  std::thread thread_;
};

}  // namespace crema::load
