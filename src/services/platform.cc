#include "crema/services/platform.h"

#include "container_engine.h"
#include "service_driver.h"

#include "crema/base/strings.h"
#include "crema/services/go_image.h"
#include "crema/services/service_options.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

namespace crema::services {
namespace {

namespace fs = std::filesystem;

Result<GoImage> go_image_of(const ComposeBuild& build, const fs::path& folder) {
  const auto context = (folder / build.context).lexically_normal();
  const auto path = (context / build.dockerfile).lexically_normal();
  const auto text = sys::read_file(path);
  if (!text) return fail("dockerfile/missing", "there is no " + path.string());
  return read_go_image(std::make_shared<SourceFile>(path.string(), *text),
                       {.context = context, .target = build.target, .arguments = build.arguments});
}

// Whether only a container engine could run it.
bool needs_a_container(const ComposeService& service, const fs::path& folder,
                       const sys::Host& host) {
  if (service.build) return !go_image_of(*service.build, folder);
  const auto* kind = find_service_kind(service.spec.image);
  return kind == nullptr || !kind->installed(host);
}

// What a service is here, before anything has started.
struct Planned {
  const ComposeService* service = nullptr;
  std::optional<GoImage> image;  // built with Go
  ServiceSpec spec;
};

class HostPlatform : public Platform {
 public:
  explicit HostPlatform(PlatformRequest request) : request_(std::move(request)) {}

  Result<> start(const ComposeFile& file) {
    const auto order = CREMA_TRY(start_order(file, {}));
    std::vector<std::vector<Planned>> levels;
    levels.reserve(order.size());
    for (const auto& level : order) levels.push_back(CREMA_TRY(plan(level)));
    CREMA_TRY(one_port_each(levels));
    for (auto& level : levels) CREMA_TRY(build(level));
    for (auto& level : levels) CREMA_TRY(start_level(file, level));
    return {};
  }

  const Addresses& addresses() const override { return addresses_; }
  const std::vector<const ComposeService*>& services() const override { return services_; }
  const std::vector<LeftOutService>& left_out() const override { return left_out_; }
  std::vector<std::pair<std::string, std::string>> logs() const override {
    std::vector<std::pair<std::string, std::string>> all;
    for (const auto& running : running_) {
      for (auto& log : running->logs()) all.push_back(std::move(log));
    }
    return all;
  }
  void stop() override {
    for (auto running = running_.rbegin(); running != running_.rend(); ++running)
      (*running)->stop();
  }

 private:
  Result<std::vector<Planned>> plan(const std::vector<const ComposeService*>& level) {
    std::vector<Planned> planned;
    for (const auto* service : level) {
      if (runs_tests(*service)) continue;
      const auto& id = service->spec.id;
      auto why = cannot_run_here(*service, request_.folder, request_.host);
      for (const auto& dependency : service->depends_on) {
        const bool missing = std::ranges::any_of(
            left_out_, [&](const auto& one) { return one.id == dependency.service; });
        if (missing && why.empty()) why = "it depends on " + dependency.service;
      }
      if (!why.empty()) {
        left_out_.push_back({id, why});
        continue;
      }
      for (const auto& key : service->without_effect)
        request_.log(fmt::format("{}: {} has no effect on this machine", id, key));
      if (!needs_a_container(*service, request_.folder, request_.host)) {
        planned.push_back(CREMA_TRY(plan(*service)));
      } else if (auto contained = plan_container(*service)) {
        planned.push_back(std::move(*contained));
      } else {
        left_out_.push_back({id, contained.error().message});
      }
    }
    return planned;
  }

  Result<Planned> plan(const ComposeService& service) {
    Planned one{.service = &service, .image = {}, .spec = service.spec};
    if (!service.build) {
      const auto* kind = find_service_kind(service.spec.image);
      if (kind != nullptr && one.spec.ports.empty())
        one.spec.ports.push_back({.container = kind->port, .host = {}});
      return one;
    }
    auto image = CREMA_TRY(go_image_of(*service.build, request_.folder));
    auto& spec = one.spec;
    const auto program = request_.scratch / "programs" / spec.id;
    spec.program = {.executable = program, .working_directory = image.folder};
    for (const auto port : image.ports) {
      const bool there = std::ranges::any_of(
          spec.ports, [&](const auto& mapping) { return mapping.container == port; });
      if (!there) spec.ports.push_back({.container = port, .host = {}});
    }
    for (const auto& mapping : service.spec.ports) {
      if (mapping.host && *mapping.host != mapping.container) {
        request_.log(fmt::format("{}: listens on port {} of this machine, not on {}", spec.id,
                                 mapping.container, *mapping.host));
      }
    }
    choose_arguments(one, image);
    if (spec.health.command.empty() && !service.no_health_check) spec.health = image.health;
    spec.health.command = replace_all(spec.health.command, image.program, program.string());
    auto variables = image.environment;
    for (const auto& [name, value] : spec.env) {
      std::erase_if(variables, [&](const auto& known) { return known.first == name; });
      variables.emplace_back(name, value);
    }
    spec.env = std::move(variables);
    one.image = std::move(image);
    return one;
  }

  // Fails where the image can neither be built nor pulled.
  Result<Planned> plan_container(const ComposeService& service) {
    Planned one{.service = &service, .image = {}, .spec = service.spec};
    const auto engine = ContainerEngine::find(request_.host);
    if (!engine) return fail("service/image", "neither docker nor podman answers here");
    const EngineUse use{request_.host, request_.processes, request_.log, request_.stop};
    engine->remove_abandoned(use);
    if (service.build)
      one.spec.image = CREMA_TRY(engine->build(one.spec.id, *service.build, request_.folder, use));
    else
      CREMA_TRY(engine->ensure_image(one.spec.image, use));
    one.spec.container = Container{.engine = engine->program(),
                                   .entrypoint = service.entrypoint,
                                   .working_directory = service.working_directory};
    for (const auto port : engine->exposed_ports(one.spec.image, use)) {
      const bool there = std::ranges::any_of(
          one.spec.ports, [&](const auto& mapping) { return mapping.container == port; });
      if (!there) one.spec.ports.push_back({.container = port, .host = {}});
    }
    return one;
  }

  // As Docker has it: a command replaces CMD, an entrypoint replaces both.
  static void choose_arguments(Planned& one, const GoImage& image) {
    const auto& given = one.service->entrypoint;
    const auto& command = one.service->spec.command;
    auto& words = one.spec.command;
    if (!given.empty()) {
      words.assign(given.begin() + 1, given.end());
      words.insert(words.end(), command.begin(), command.end());
    } else if (command.empty()) {
      words = image.arguments;
    } else if (image.own_entrypoint) {
      words = image.entry_arguments;
      words.insert(words.end(), command.begin(), command.end());
    } else {
      words.assign(command.begin() + 1, command.end());
    }
  }

  // In containers each has ports of its own; here two programs cannot listen on the same.
  static Result<> one_port_each(const std::vector<std::vector<Planned>>& levels) {
    std::map<std::uint16_t, std::string> taken;
    for (const auto& level : levels) {
      for (const auto& one : level) {
        if (!one.image) continue;
        for (const auto& mapping : one.spec.ports) {
          const auto [entry, fresh] = taken.emplace(mapping.container, one.spec.id);
          if (fresh) continue;
          auto error = make_error(
              "service/same-port",
              fmt::format("{} and {} both listen on port {}, which on one machine only one can",
                          entry->second, one.spec.id, mapping.container),
              one.spec.span);
          error.hint = "give one of them another port in its environment, and in EXPOSE or ports";
          return fail(std::move(error));
        }
      }
    }
    return {};
  }

  Result<> build(std::vector<Planned>& level) {
    for (const auto& one : level) {
      if (!one.image || !one.spec.program) continue;
      const auto& image = *one.image;
      const auto& executable = one.spec.program->executable;
      sys::Command command{.argv = {"go", "build", "-buildvcs=false", "-o", executable.string()},
                           .environment = request_.environment,
                           .working_directory = image.folder};
      command.argv.insert(command.argv.end(), image.build.begin(), image.build.end());
      for (const auto& [name, value] : image.build_environment) command.environment[name] = value;
      std::string output;
      const auto begin = request_.host.clock->monotonic();
      CREMA_TRY(sys::make_directories(executable.parent_path()));
      const auto exit =
          CREMA_TRY(request_.processes.run(command, {.stop = request_.stop, .deadline = {}},
                                           [&](std::string_view text) { output += text; }));
      if (!exit.ok()) {
        return fail("service/build", fmt::format("service {}: go build ended with {}:\n{}",
                                                 one.spec.id, exit.code, trim(output)));
      }
      const auto took = request_.host.clock->monotonic() - begin;
      request_.log(fmt::format("{}: built in {:.1f} s", one.spec.id,
                               std::chrono::duration<double>(took).count()));
    }
    return {};
  }

  Result<> start_level(const ComposeFile& file, std::vector<Planned>& level) {
    if (level.empty()) return {};
    std::vector<ServiceSpec> specs;
    for (auto& one : level) {
      one.spec.env = addresses_.translate(std::move(one.spec.env));
      for (auto& word : one.spec.command) word = addresses_.translate(std::string_view(word));
      const bool awaited = is_awaited(file, one.spec.id);
      if (one.spec.program) one.spec.program->completes = awaited;
      if (one.spec.container) one.spec.container->completes = awaited;
      specs.push_back(one.spec);
    }
    running_.push_back(CREMA_TRY(start_services(specs, {.host = request_.host,
                                                        .processes = request_.processes,
                                                        .ports = request_.ports,
                                                        .workspace = request_.folder,
                                                        .log = request_.log,
                                                        .stop = request_.stop})));
    for (const auto& address : running_.back()->addresses()) {
      const auto* service = file.find(address.id);
      services_.push_back(service);
      for (const auto& [container, here] : address.ports) {
        addresses_.add(address.id, container, here);
        for (const auto& alias : service->aliases) addresses_.add(alias, container, here);
      }
    }
    return {};
  }

  // Whether another waits for its end.
  static bool is_awaited(const ComposeFile& file, std::string_view id) {
    return std::ranges::any_of(file.services, [&](const auto& service) {
      return std::ranges::any_of(service.depends_on, [&](const auto& dependency) {
        return dependency.service == id && dependency.condition == DependencyCondition::completed;
      });
    });
  }

  PlatformRequest request_;
  Addresses addresses_;
  std::vector<std::unique_ptr<RunningServices>> running_;
  std::vector<const ComposeService*> services_;
  std::vector<LeftOutService> left_out_;
};

}  // namespace

bool runs_tests(const ComposeService& service) {
  std::string words;
  for (const auto& word : service.entrypoint) words += word + " ";
  for (const auto& word : service.spec.command) words += word + " ";
  constexpr std::array<std::string_view, 8> kRunners = {"go test",    "npm test", "npm run test",
                                                        "yarn test",  "pytest",   "playwright test",
                                                        "cargo test", "gotestsum"};
  if (service.build && service.build->target.find("test") != std::string::npos) return true;
  return std::ranges::any_of(kRunners,
                             [&](auto runner) { return words.find(runner) != std::string::npos; });
}

std::string cannot_run_here(const ComposeService& service, const fs::path& folder,
                            const sys::Host& host) {
  const bool contained = needs_a_container(service, folder, host);
  if (contained && ContainerEngine::find(host)) return "";
  constexpr std::string_view kNoEngine = ", and neither docker nor podman answers here";
  if (service.build) {
    const auto image = go_image_of(*service.build, folder);
    if (!image) return image.error().message + std::string(kNoEngine);
    return host.find_program("go") ? "" : "Go is not installed here";
  }
  const auto* kind = find_service_kind(service.spec.image);
  if (kind == nullptr)
    return fmt::format("the image {} needs a container engine{}", service.spec.image, kNoEngine);
  if (!kind->installed(host)) {
    return fmt::format("{} is not installed here: apt-get install {}", kind->name, kind->package);
  }
  return "";
}

Result<std::unique_ptr<Platform>> start_platform(const ComposeFile& file, PlatformRequest request) {
  auto platform = std::make_unique<HostPlatform>(std::move(request));
  if (const auto started = platform->start(file); !started) {
    platform->stop();
    return fail(started.error());
  }
  return platform;
}

}  // namespace crema::services
