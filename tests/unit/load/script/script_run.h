// One virtual user without an engine around it: runs the text of a script on a fiber, and keeps
// what it printed, threw and measured.
#pragma once

#include "http_samples.h"
#include "program.h"

#include "crema/load/core/loop.h"
#include "crema/load/core/resolver.h"
#include "crema/load/metrics/metric.h"
#include "crema/load/metrics/recorder.h"
#include "crema/load/script/module_files.h"
#include "crema/load/script/script_runtime.h"
#include "crema/load/script/script_user.h"
#include "crema/load/script/secrets.h"
#include "crema/load/script/shared_arrays.h"
#include "crema/sys/host.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace crema::load {

class ScriptRun {
 public:
  explicit ScriptRun(RuntimeLimits limits = {})
      : files([](const std::string& address) -> Result<std::string> {
          return fail("load/module", "no network here: " + address);
        }),
        runtime(std::make_unique<ScriptRuntime>(limits)),
        arrays(std::make_unique<SharedArrays>(*runtime, array_texts)) {
    settings.system_tags = {"group", "check", "scenario"};
    links.clock = host.clock;
    links.loop = loop.get();
    links.runtime = runtime.get();
    links.programs = &programs;
    links.shared_arrays = arrays.get();
    links.secrets = &secrets;
    links.registry = &registry;
    links.builtins = &builtins;
    links.recorder = &recorder;
    links.request_series = &request_series;
    links.test = &test;
    links.settings = &settings;
    links.log = [this](const LogEntry& entry) { lines.push_back(entry.message); };
  }
  ~ScriptRun() { user.reset(); }

  // A module beside the main one, by its path: "lib.js".
  void file(const std::string& name, std::string text) {
    files.put("file:///test/" + name, std::move(text));
  }
  // Runs `work` on a fiber until that ends.
  void on_fiber(const std::function<void()>& work) {
    loop->spawn(work);
    loop->run_until_done();
  }
  // Runs the init code of the script.
  CallResult load(std::string text, const std::string& name = "main.js") {
    file(name, std::move(text));
    user = std::make_unique<ScriptUser>(links, 1);
    CallResult result;
    on_fiber([&] { result = user->load("file:///test/" + name); });
    return result;
  }
  CallResult call(std::string_view function = "default") {
    CallResult result;
    on_fiber([&] { result = user->call({.function = function, .wants_json = true}); });
    return result;
  }
  // What the script printed, a line each; and how it failed: "threw: ...".
  std::string output() const {
    std::string all;
    for (const auto& line : lines) all += line + "\n";
    return all;
  }
  void note(const CallResult& result) {
    if (result.end == CallEnd::returned) return;
    static constexpr const char* kEnds[] = {"returned", "threw", "interrupted", "aborted"};
    lines.push_back(std::string(kEnds[static_cast<int>(result.end)]) + ": " + result.error.message);
  }
  // Loads the script and calls its default function where there is one.
  std::string run(std::string text, const std::string& name = "main.js") {
    const CallResult loaded = load(std::move(text), name);
    note(loaded);
    if (loaded.end == CallEnd::returned && user->exports("default")) note(call());
    return output();
  }
  // "checks{check:a,group:}=1", a line each sample.
  std::string samples() {
    std::string all;
    for (const Point& point : recorder.take_points()) {
      all += point.series->metric().name + "{";
      for (const Tag& tag : point.series->tags().tags())
        all += (all.back() == '{' ? "" : ",") + std::string(tag.key) + ":" + std::string(tag.value);
      all += "}=" +
             (point.series->metric().contains == ValueType::time
                  ? std::string("time")
                  : std::to_string(static_cast<int>(point.value))) +
             "\n";
    }
    return all;
  }

  sys::Host host = sys::real_host();
  std::unique_ptr<Loop> loop = Loop::create(*host.clock).value();
  ModuleFiles files;
  Programs programs{files};
  Registry registry;
  Builtins builtins{registry};
  TagStore tags;
  Recorder recorder{registry, builtins, tags, true};
  RequestSeries request_series;
  TestFacts test;
  UserSettings settings;
  // Links.http is null until a test makes requests.
  void use_http() { links.http = &http; }
  std::unique_ptr<Resolver> resolver = Resolver::create({}).value();
  HttpContext http{*loop, *host.clock, *resolver, nullptr, HttpOptions{.user_agent = "crema/1"}};
  UserLinks links;
  SharedArrayTexts array_texts;
  SecretSources secrets;
  std::unique_ptr<ScriptRuntime> runtime;
  std::unique_ptr<SharedArrays> arrays;
  std::unique_ptr<ScriptUser> user;
  std::vector<std::string> lines;
};

// What the body of a default function prints, run with the imports given.
inline std::string printed(const std::string& imports, const std::string& body) {
  ScriptRun run;
  return run.run(imports + "\nexport default function () {\n" + body + "\n}\n");
}

}  // namespace crema::load
