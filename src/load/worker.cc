#include "worker.h"

#include "virtual_user.h"

#include "crema/load/script/request_series.h"

#include <future>

namespace crema::load {
namespace {

// Of all threads together: each guarded stack costs two of the kernel's mappings.
constexpr std::size_t kGuardedStacks = 16'000;
// Only what is touched costs memory: deep recursion of a script has room, and a user that does
// nothing deep has a few pages.
constexpr std::size_t kStackBytes = 1024 * 1024;

}  // namespace

Result<std::unique_ptr<Worker>> Worker::start(const WorkerShared& shared, std::size_t index) {
  std::unique_ptr<Worker> worker(new Worker(shared, index));
  worker->loop_ =
      CREMA_TRY(Loop::create(*shared.clock, {.stack_bytes = kStackBytes,
                                             .guarded_stacks = kGuardedStacks / shared.threads}));
  const auto ready = std::make_shared<std::promise<void>>();
  worker->thread_ = std::thread([&worker = *worker, ready] {
    worker.make();
    ready->set_value();
    worker.loop_->run();
    worker.unmake();
  });
  ready->get_future().wait();
  return worker;
}

Worker::~Worker() {
  if (!thread_.joinable()) return;
  loop_->stop();
  thread_.join();
}

void Worker::make() {
  tags_ = std::make_unique<TagStore>();
  recorder_ =
      std::make_unique<Recorder>(*shared_.registry, *shared_.builtins, *tags_, shared_.keep_points);
  if (shared_.resolver != nullptr)
    http_ = std::make_unique<HttpContext>(*loop_, *shared_.clock, *shared_.resolver, shared_.tls,
                                          shared_.http, index_ + 1);
  runtime_ = std::make_unique<ScriptRuntime>();
  arrays_ = std::make_unique<SharedArrays>(*runtime_, *shared_.shared_arrays);
  series_ = make_request_series();
}

void Worker::unmake() {
  idle.clear();
  users.clear();
  series_.reset();
  arrays_.reset();
  runtime_.reset();
  http_.reset();
}

UserLinks Worker::links() {
  return UserLinks{.clock = shared_.clock,
                   .loop = loop_.get(),
                   .runtime = runtime_.get(),
                   .programs = shared_.programs,
                   .shared_arrays = arrays_.get(),
                   .secrets = shared_.secrets,
                   .registry = shared_.registry,
                   .builtins = shared_.builtins,
                   .recorder = recorder_.get(),
                   .http = http_.get(),
                   .request_series = series_.get(),
                   .test = shared_.test,
                   .settings = shared_.settings,
                   .log = shared_.log};
}

void Worker::post(std::function<void()> task) { loop_->post(std::move(task)); }

void Worker::begin(std::function<void()> body) {
  loop_->post([this, body = std::move(body)]() mutable { loop_->spawn(std::move(body)); });
}

void Worker::call(std::function<void()> body) {
  // Shared: the promise may still be at work here when the other side has its value.
  const auto done = std::make_shared<std::promise<void>>();
  begin([body = std::move(body), done] {
    body();
    done->set_value();
  });
  done->get_future().wait();
}

Worker::Measured Worker::take_measured() {
  const auto measured = std::make_shared<std::promise<Measured>>();
  loop_->post([this, measured] {
    measured->set_value({recorder_->take(), recorder_->take_points(), loop_->statistics()});
  });
  return measured->get_future().get();
}

}  // namespace crema::load
