#include "crema/run/fake_executor.h"

#include "crema/sys/files.h"

#include <condition_variable>

namespace crema::run {

class FakePlace : public Place {
 public:
  FakePlace(FakeExecutor& executor, Folders folders)
      : executor_(executor), folders_(std::move(folders)) {
    environment_ = {{"PATH", "/fake/bin"}, {"HOME", folders_.home.string()}};
  }

  const Folders& folders() const override { return folders_; }
  const sys::Environment& environment() const override { return environment_; }
  std::string_view os() const override { return "Linux"; }
  std::string_view arch() const override { return "X64"; }
  std::vector<PlaceRemark> remarks() const override { return {}; }
  Result<> prepare_workspace(const PlaceLog&) override { return {}; }
  Result<expr::Value> start_services(const std::vector<workflow::ServiceSpec>&, const PlaceLog&,
                                     std::stop_token) override {
    return expr::Value(expr::Object{});
  }

  Result<sys::Exit> run(const sys::Command& command, const sys::RunLimits& limits,
                        const sys::OutputSink& output) override {
    {
      const std::lock_guard lock(executor_.mutex_);
      executor_.commands_.push_back(command);
    }
    const auto process = executor_.answer_(command);
    if (!process.output.empty()) output(process.output);
    if (limits.stop.stop_requested()) return sys::Exit{sys::Exit::Why::stopped, 130};
    if (overdue(limits)) return sys::Exit{sys::Exit::Why::timed_out, 124};
    if (!process.hangs) return sys::Exit{sys::Exit::Why::exited, process.exit_code};
    std::mutex mutex;
    std::condition_variable_any changed;
    std::unique_lock lock(mutex);
    changed.wait(lock, limits.stop, [] { return false; });
    return sys::Exit{sys::Exit::Why::stopped, 130};
  }

  std::optional<std::filesystem::path> find_program(std::string_view name,
                                                    std::string_view) const override {
    return std::filesystem::path("/fake/bin") / name;
  }
  sys::ProcessTree* processes() override { return nullptr; }
  std::size_t close() override { return 0; }
  void remove() override { (void)sys::remove_tree(folders_.temp.parent_path()).has_value(); }

 private:
  bool overdue(const sys::RunLimits& limits) const {
    return limits.deadline && *limits.deadline <= executor_.host_.clock->monotonic();
  }

  FakeExecutor& executor_;
  Folders folders_;
  sys::Environment environment_;
};

Result<std::unique_ptr<Place>> FakeExecutor::open(const PlaceRequest& request) {
  const auto base = folder_ / request.folder.filename();
  Folders folders{.workspace = base / "work" / request.repository.name,
                  .temp = base / "temp",
                  .home = base / "home",
                  .tool_cache = base / "tools"};
  for (const auto& folder : {folders.workspace, folders.temp, folders.home, folders.tool_cache}) {
    CREMA_TRY(sys::make_directories(folder));
  }
  return std::make_unique<FakePlace>(*this, std::move(folders));
}

std::string FakeExecutor::unsupported(const workflow::Settings& settings) const {
  for (const auto& label : settings.runs_on) {
    if (label.starts_with("windows")) return "'" + label + "' needs a Windows machine";
  }
  return "";
}

std::vector<sys::Command> FakeExecutor::commands() const {
  const std::lock_guard lock(mutex_);
  return commands_;
}

}  // namespace crema::run
