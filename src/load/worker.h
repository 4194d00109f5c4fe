// One thread of the generator: its loop and all that belongs to it.
#pragma once

#include "crema/load/core/loop.h"
#include "crema/load/metrics/recorder.h"
#include "crema/load/protocol/http_client.h"
#include "crema/load/schedule/segment.h"
#include "crema/load/script/module_files.h"
#include "crema/load/script/script_user.h"
#include "crema/load/script/shared_arrays.h"

#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace crema::load {

class ScenarioRun;
class VirtualUser;

// What all threads of a test share; outlives them.
struct WorkerShared {
  const sys::Clock* clock = nullptr;
  Programs* programs = nullptr;
  SharedArrayTexts* shared_arrays = nullptr;
  SecretSources* secrets = nullptr;
  Registry* registry = nullptr;
  const Builtins* builtins = nullptr;
  TestFacts* test = nullptr;
  UserSettings* settings = nullptr;
  Resolver* resolver = nullptr;  // null while only options are read
  std::shared_ptr<const TlsContext> tls;
  HttpOptions http;
  LogSink log;
  bool keep_points = false;
  std::size_t threads = 1;
  std::string main_address;
  std::string setup_data;  // JSON; set before scenarios start
};

class Worker {
 public:
  // Starts the thread; returns once its loop runs.
  static Result<std::unique_ptr<Worker>> start(const WorkerShared& shared, std::size_t index);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // From the thread that controls the test: runs `body` on a fiber of this worker.
  void begin(std::function<void()> body);
  // As begin, and waits until `body` has returned.
  void call(std::function<void()> body);
  // Runs a task that does not wait, on the worker's thread.
  void post(std::function<void()> task);
  // What was measured since the last time, taken on the worker's thread.
  struct Measured {
    Delta delta;
    std::vector<Point> points;
    LoopStatistics loop;
  };
  Measured take_measured();

  // What follows belongs to the worker's own thread.
  Loop& loop() { return *loop_; }
  Recorder& recorder() { return *recorder_; }
  TagStore& tags() { return *tags_; }
  const WorkerShared& shared() const { return shared_; }
  UserLinks links();
  std::size_t index() const { return index_; }

  Striping in_instance;  // this thread's share of the users of this process
  Striping in_test;      // and of all instances
  std::vector<std::unique_ptr<VirtualUser>> users;
  std::vector<VirtualUser*> idle;  // the next one to be taken is the last
  std::vector<ScenarioRun*> running;

 private:
  Worker(const WorkerShared& shared, std::size_t index) : shared_(shared), index_(index) {}
  void run();
  void make();
  void unmake();

  const WorkerShared& shared_;
  std::size_t index_;
  std::unique_ptr<Loop> loop_;
  std::unique_ptr<TagStore> tags_;
  std::unique_ptr<Recorder> recorder_;
  std::unique_ptr<HttpContext> http_;
  std::unique_ptr<ScriptRuntime> runtime_;
  std::unique_ptr<SharedArrays> arrays_;
  std::unique_ptr<RequestSeries, void (*)(RequestSeries*)> series_{nullptr, nullptr};
  std::thread thread_;
};

}  // namespace crema::load
