// An executor without processes, for tests: commands are answered by a function, time stands still
// unless that function moves it, folders are real but empty.
#pragma once

#include "crema/run/executor.h"

#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace crema::run {

// How a command goes: what it prints and how it ends. One that `hangs` goes on until it is stopped
// or its time is over.
struct FakeProcess {
  int exit_code = 0;
  std::string output;
  bool hangs = false;
};

// Safe to use from several threads; `answer` is called without a lock.
class FakeExecutor : public Executor {
 public:
  using Answer = std::function<FakeProcess(const sys::Command& command)>;

  FakeExecutor(std::filesystem::path folder, const sys::Host& host, Answer answer)
      : folder_(std::move(folder)), host_(host), answer_(std::move(answer)) {}

  Result<std::unique_ptr<Place>> open(const PlaceRequest& request) override;
  std::string machine() const override { return "nowhere"; }
  std::string unsupported(const workflow::Settings& settings) const override;

  // The commands that ran, in the order they began.
  std::vector<sys::Command> commands() const;

 private:
  friend class FakePlace;
  std::filesystem::path folder_;
  const sys::Host& host_;
  Answer answer_;
  mutable std::mutex mutex_;
  std::vector<sys::Command> commands_;
};

}  // namespace crema::run
