#include "crema/load/metrics/output.h"

#include "outputs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <csignal>
#include <utility>

namespace crema::load {
namespace {

constexpr std::array kFileOutputs = {
    OutputKind{"csv", make_csv_output},
    OutputKind{"json", make_json_output},
};

}  // namespace

std::span<const OutputKind> file_outputs() { return kFileOutputs; }

Result<std::unique_ptr<Output>> make_output(std::string_view text, const OutputSettings& settings,
                                            std::span<const OutputKind> kinds) {
  const auto equals = std::min(text.find('='), text.size());
  const auto name = text.substr(0, equals);
  std::vector<std::string_view> names;
  for (const OutputKind& kind : kinds) {
    if (kind.name == name)
      return kind.make(std::string(text.substr(std::min(equals + 1, text.size()))), settings);
    if (!kind.missing) names.push_back(kind.name);
  }
  auto error = make_error("load/output", fmt::format("there is no output `{}`", name));
  error.hint = fmt::format("use one of {}", fmt::join(names, ", "));
  return error;
}

OutputWriter::OutputWriter(std::vector<std::unique_ptr<Output>> outputs, Report report,
                           std::size_t capacity)
    : outputs_(std::move(outputs)),
      report_(std::move(report)),
      capacity_(capacity),
      thread_([this] { run(); }) {}

OutputWriter::~OutputWriter() { close(); }

void OutputWriter::push(std::vector<Point>&& points) {
  if (points.empty()) return;
  {
    auto queue = queue_.lock();
    if (queue->closing || queue->points + points.size() > capacity_) {
      queue->dropped += points.size();
      return;
    }
    queue->points += points.size();
    queue->batches.push_back(std::move(points));
  }
  ready_.notify_one();
}

void OutputWriter::close() {
  queue_.lock()->closing = true;
  ready_.notify_one();
  if (thread_.joinable()) thread_.join();
}

std::uint64_t OutputWriter::dropped() const { return queue_.lock()->dropped; }

void OutputWriter::run() {
  // A reader of standard output that has gone is an error of write() here, and no signal.
  sigset_t pipe;
  ::sigemptyset(&pipe);
  ::sigaddset(&pipe, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  for (bool closing = false; !closing;) {
    std::vector<std::vector<Point>> batches;
    {
      auto queue = queue_.lock();
      queue.wait(ready_, [](const Queue& now) { return now.closing || !now.batches.empty(); });
      batches = std::exchange(queue->batches, {});
      closing = queue->closing && batches.empty();
    }
    for (const auto& batch : batches) {
      write(batch);
      queue_.lock()->points -= batch.size();
    }
  }
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    if (outputs_[i] == nullptr) continue;
    if (const auto closed = outputs_[i]->close(); !closed) fault(i, closed.error());
  }
}

void OutputWriter::write(std::span<const Point> points) {
  bool missed = false;
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    if (outputs_[i] != nullptr) {
      const auto written = outputs_[i]->write(points);
      if (!written) fault(i, written.error());
    }
    missed = missed || outputs_[i] == nullptr;
  }
  if (missed) queue_.lock()->dropped += points.size();
}

void OutputWriter::fault(std::size_t output, const Diagnostic& diagnostic) {
  outputs_[output].reset();
  if (report_) report_(diagnostic);
}

}  // namespace crema::load
