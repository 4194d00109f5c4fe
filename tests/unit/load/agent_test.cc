// Tests whose load agents make, all in one process: coordinator and agents talk over loopback.
#include "crema/load/agent.h"

#include "crema/load/remote/channel.h"
#include "crema/load/test_run.h"
#include "crema/sys/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <map>

namespace crema::load {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

class Log {
 public:
  LogSink sink() {
    return [this](const LogEntry& entry) { lines_.lock()->push_back(entry.message); };
  }
  std::vector<std::string> lines() { return *lines_.lock(); }

 private:
  Sync<std::vector<std::string>> lines_;
};

class AgentTest : public ::testing::Test {
 protected:
  void SetUp() override {
    host_.working_directory = folder_.path();
    ASSERT_TRUE(make_certificates(folder_.path() / "set", *host_.clock));
  }
  void TearDown() override {
    stop_.request_stop();
    for (auto& agent : agents_) agent.wait();
  }

  Endpoint start_agent() {
    std::promise<Endpoint> listening;
    auto where = listening.get_future();
    agents_.push_back(std::async(std::launch::async, [this, &listening] {
      AgentRequest request{.listen = {.host = "127.0.0.1", .port = 0},
                           .certificates = certificate_files(folder_.path() / "set", Side::agent)};
      request.on_listening = [&](const Endpoint& endpoint) { listening.set_value(endpoint); };
      EXPECT_TRUE(serve_agent(host_, request, stop_.get_token()));
    }));
    return where.get();
  }

  AgentsChoice choice(std::vector<Endpoint> agents) {
    return {.agents = std::move(agents),
            .certificates = certificate_files(folder_.path() / "set", Side::coordinator)};
  }

  // The values of the summary's metrics, "iterations.count" and the like are in its text.
  std::string summary(const std::string& script, std::optional<AgentsChoice> agents,
                      LoadExit expected = LoadExit::ok) {
    EXPECT_TRUE(sys::write_file(folder_.path() / "test.js", script));
    TestRequest request{.script = "test.js", .quiet = true};
    std::string text;
    request.agents = std::move(agents);
    request.log = log_.sink();
    request.print = [&](std::string_view more) { text += more; };
    const auto outcome = run_test(host_, request, {});
    EXPECT_EQ(outcome.exit, expected) << ::testing::PrintToString(log_.lines());
    return text;
  }

  // A connection of somebody who knows the protocol.
  std::unique_ptr<Channel> connect(const Endpoint& agent, Mailbox& mailbox) {
    auto socket = connect_to(agent, 5s);
    auto tls = ChannelTls::create(certificate_files(folder_.path() / "set", Side::coordinator),
                                  Side::coordinator);
    EXPECT_TRUE(socket && tls);
    return std::make_unique<Channel>(std::move(*socket), *tls, *host_.clock, mailbox,
                                     Channel::Settings{.peer = "the agent"});
  }

  sys::Host host_ = sys::real_host();
  sys::TemporaryDirectory folder_ =
      *sys::TemporaryDirectory::create(host_.temporary_directory, "agent-");
  std::stop_source stop_;
  std::vector<std::future<void>> agents_;
  Log log_;
};

constexpr const char* kExact = R"(
import exec from 'k6/execution';
import { check, group } from 'k6';
import { Counter, Trend } from 'k6/metrics';
const sum = new Counter('sum'), size = new Trend('size');
export const options = { scenarios: {
  shared: { executor: 'shared-iterations', vus: 3, iterations: 41, exec: 'shared' },
  each: { executor: 'per-vu-iterations', vus: 5, iterations: 3, exec: 'each' } } };
export function setup() { return 1000; }
export function shared(data) { use(data + exec.scenario.iterationInTest); }
export function each(data) { use(data * exec.vu.idInTest + __ITER); }
function use(value) {
  group('g', () => check(value, { 'is odd': (v) => v % 2 === 1 }));
  sum.add(value);
  size.add(value);
}
export function handleSummary(data) {
  const kept = {};
  for (const name of ['sum', 'size', 'checks', 'iterations']) kept[name] = data.metrics[name].values;
  delete kept.sum.rate;
  delete kept.iterations.rate;
  kept.group = data.root_group.groups[0].checks;
  return { stdout: JSON.stringify(kept) };
}
)";

TEST_F(AgentTest, ManyGiveTheNumbersOfOne) {
  const auto alone = summary(kExact, std::nullopt);
  EXPECT_THAT(alone, HasSubstr(R"("iterations":{"count":56})"));
  const auto first = start_agent();
  EXPECT_EQ(summary(kExact, choice({first})), alone);
  // An agent is there for the next test, and three that share it give the same.
  EXPECT_EQ(summary(kExact, choice({first, start_agent(), start_agent()})), alone);
}

TEST_F(AgentTest, ErrorsOfAgentsAreSaidWithTheirName) {
  const auto agent = start_agent();
  summary("export default function () { throw new Error('cold'); }", choice({agent}));
  EXPECT_THAT(log_.lines(), Contains(HasSubstr("cold")));
}

TEST_F(AgentTest, AnAgentThatIsStoppedIsLost) {
  const auto agent = start_agent();
  auto text = std::async(std::launch::async, [&] {
    return summary(
        "import { sleep } from 'k6'; export const options = { duration: '30s' };"
        "export default function () { sleep(0.1); }",
        choice({agent}), LoadExit::generic);
  });
  std::this_thread::sleep_for(1500ms);
  stop_.request_stop();
  ASSERT_EQ(text.wait_for(15s), std::future_status::ready);
  EXPECT_THAT(text.get(), HasSubstr("iterations"));
  EXPECT_THAT(log_.lines(), Contains(HasSubstr("is lost")));
}

TEST_F(AgentTest, AnotherVersionIsRefused) {
  const auto agent = start_agent();
  Mailbox mailbox;
  const auto channel = connect(agent, mailbox);
  channel->send(Hello{.protocol = kWireProtocol + 1, .version = "9.9", .cpu_model = {}});
  const auto hello = mailbox.take(5s);
  ASSERT_TRUE(hello && hello->message);
  EXPECT_EQ(std::get<Hello>(*hello->message).protocol, kWireProtocol);
  const auto refusal = mailbox.take(5s);
  ASSERT_TRUE(refusal && refusal->message);
  EXPECT_EQ(std::get<Refusal>(*refusal->message).code, "load/agent-version");
  EXPECT_THAT(std::get<Refusal>(*refusal->message).message, HasSubstr("9.9"));
}

TEST_F(AgentTest, WhatIsNoTestIsSaid) {
  const auto agent = start_agent();
  Mailbox mailbox;
  const auto channel = connect(agent, mailbox);
  channel->send(Hello{.version = std::string(kWireVersion), .cpu_model = {}});
  channel->send(Assignment{.archive = "no archive", .segment = "0:1", .sequence = "0,1"});
  std::optional<Done> done;
  bool said = false;
  while (auto letter = mailbox.take(10s)) {
    if (!letter->message) break;
    if (std::holds_alternative<LogLine>(*letter->message)) said = true;
    if (const auto* end = std::get_if<Done>(&*letter->message)) {
      done = *end;
      break;
    }
  }
  ASSERT_TRUE(done);
  EXPECT_NE(done->exit, 0);
  EXPECT_TRUE(said);
}

}  // namespace
}  // namespace crema::load
