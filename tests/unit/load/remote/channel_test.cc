#include "crema/load/remote/channel.h"

#include "crema/load/remote/endpoint.h"
#include "crema/sys/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>

namespace crema::load {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

// Two ends of one TCP connection.
std::pair<sys::Descriptor, sys::Descriptor> connection() {
  const auto listening = listen_at({.host = "127.0.0.1", .port = 0});
  auto near = connect_to({.host = "127.0.0.1", .port = port_of(*listening)}, 5s);
  sys::Descriptor far;
  while (!far.open())
    far = sys::Descriptor(::accept4(listening->get(), nullptr, nullptr, SOCK_NONBLOCK));
  return {std::move(*near), std::move(far)};
}

class ChannelTest : public ::testing::Test {
 protected:
  std::filesystem::path folder(const std::string& name) {
    const auto path = folder_.path() / name;
    EXPECT_TRUE(make_certificates(path, *host_.clock));
    return path;
  }
  static std::shared_ptr<const ChannelTls> tls(const std::filesystem::path& folder, Side side) {
    auto made = ChannelTls::create(certificate_files(folder, side), side);
    EXPECT_TRUE(made) << (made ? "" : made.error().message);
    return made ? *made : nullptr;
  }
  std::unique_ptr<Channel> channel(sys::Descriptor socket, std::shared_ptr<const ChannelTls> tls,
                                   Mailbox& mailbox, Channel::Settings settings = {}) {
    return std::make_unique<Channel>(std::move(socket), std::move(tls), *host_.clock, mailbox,
                                     std::move(settings));
  }
  // The error with which a channel closes.
  static Diagnostic end_of(Mailbox& mailbox) {
    while (auto letter = mailbox.take(15s))
      if (!letter->message) return letter->message.error();
    return {};
  }

  sys::Host host_ = sys::real_host();
  sys::TemporaryDirectory folder_ =
      *sys::TemporaryDirectory::create(host_.temporary_directory, "channel-");
};

TEST_F(ChannelTest, MessagesArriveInTheirOrderBothWays) {
  const auto set = folder("set");
  auto [near, far] = connection();
  Mailbox to_agent;
  Mailbox to_coordinator;
  const auto agent = channel(std::move(far), tls(set, Side::agent), to_agent);
  const auto coordinator =
      channel(std::move(near), tls(set, Side::coordinator), to_coordinator, {.number = 4});
  // More than the buffers of the kernel hold.
  EXPECT_TRUE(coordinator->send(Assignment{.archive = std::string(20'000'000, 'x')}));
  for (std::int64_t i = 0; i < 1'000; ++i) EXPECT_TRUE(coordinator->send(ClockProbe{i}));
  EXPECT_TRUE(agent->send(Ready{}));
  auto first = to_agent.take(20s);
  ASSERT_TRUE(first && first->message);
  EXPECT_EQ(std::get<Assignment>(*first->message).archive.size(), 20'000'000U);
  for (std::int64_t i = 0; i < 1'000; ++i) {
    const auto next = to_agent.take(5s);
    ASSERT_TRUE(next && next->message);
    EXPECT_EQ(std::get<ClockProbe>(*next->message).sent, i);
  }
  const auto ready = to_coordinator.take(5s);
  ASSERT_TRUE(ready && ready->message);
  EXPECT_EQ(ready->from, 4U);
  EXPECT_TRUE(std::holds_alternative<Ready>(*ready->message));
}

TEST_F(ChannelTest, LastWordsArriveBeforeTheEnd) {
  const auto set = folder("set");
  auto [near, far] = connection();
  Mailbox here;
  Mailbox there;
  const auto coordinator = channel(std::move(near), tls(set, Side::coordinator), here);
  {
    const auto agent = channel(std::move(far), tls(set, Side::agent), there);
    agent->send(Done{.exit = 99});
  }
  const auto done = here.take(5s);
  ASSERT_TRUE(done && done->message);
  EXPECT_EQ(std::get<Done>(*done->message).exit, 99);
  EXPECT_EQ(end_of(here).code, "load/agent-lost");
  EXPECT_FALSE(coordinator->send(Stop{}));
}

TEST_F(ChannelTest, AnotherAuthorityIsRefused) {
  const auto set = folder("set");
  const auto other = folder("other");
  auto [near, far] = connection();
  Mailbox here;
  Mailbox there;
  const auto agent = channel(std::move(far), tls(set, Side::agent), there);
  const auto coordinator =
      channel(std::move(near), tls(other, Side::coordinator), here, {.peer = "the agent at a:1"});
  const auto error = end_of(here);
  EXPECT_EQ(error.code, "load/agent-tls");
  EXPECT_THAT(error.message, HasSubstr("the agent at a:1"));
  EXPECT_THAT(error.hint, HasSubstr("--make-certificates"));
}

// The certificate of an agent does not make a coordinator: who has broken into one machine cannot
// send tests to the others.
TEST_F(ChannelTest, AnAgentIsNoCoordinator) {
  const auto set = folder("set");
  std::filesystem::copy(set / "agent.pem", set / "coordinator.pem",
                        std::filesystem::copy_options::overwrite_existing);
  std::filesystem::copy(set / "agent-key.pem", set / "coordinator-key.pem",
                        std::filesystem::copy_options::overwrite_existing);
  auto [near, far] = connection();
  Mailbox here;
  Mailbox there;
  const auto agent = channel(std::move(far), tls(set, Side::agent), there);
  const auto coordinator = channel(std::move(near), tls(set, Side::coordinator), here);
  EXPECT_EQ(end_of(there).code, "load/agent-tls");
}

TEST_F(ChannelTest, WithoutACertificateNothingIsHeard) {
  const auto set = folder("set");
  auto [near, far] = connection();
  Mailbox there;
  const auto agent = channel(std::move(far), tls(set, Side::agent), there);
  ::send(near.get(), "GET / HTTP/1.1\r\n\r\n", 18, 0);
  EXPECT_EQ(end_of(there).code, "load/agent-tls");
}

TEST_F(ChannelTest, SilenceIsTheEnd) {
  const auto set = folder("set");
  auto [near, far] = connection();
  Mailbox there;
  const auto agent = channel(std::move(far), tls(set, Side::agent), there,
                             {.peer = "the coordinator", .silence = 300ms});
  const auto error = end_of(there);
  EXPECT_EQ(error.code, "load/agent-lost");
  EXPECT_THAT(error.message, HasSubstr("nothing came"));
}

TEST_F(ChannelTest, AMessageThatIsTooLargeIsNotRead) {
  const auto set = folder("set");
  auto [near, far] = connection();
  Mailbox here;
  Mailbox there;
  const auto agent = channel(std::move(far), tls(set, Side::agent), there, {.largest = 1'000});
  const auto coordinator = channel(std::move(near), tls(set, Side::coordinator), here);
  coordinator->send(Start{.at = 0, .setup_data = std::string(2'000, 'x')});
  EXPECT_EQ(end_of(there).code, "load/message");
}

TEST_F(ChannelTest, KeysAreForTheirOwnerAndStay) {
  const auto set = folder("set");
  struct stat facts{};
  ASSERT_EQ(::stat((set / "agent-key.pem").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
  const auto again = make_certificates(set, *host_.clock);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, "load/certificates");
}

TEST_F(ChannelTest, AMissingFileIsNamed) {
  const auto none =
      ChannelTls::create(certificate_files(folder_.path() / "none", Side::agent), Side::agent);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, "load/certificates");
  EXPECT_THAT(none.error().message, HasSubstr("none/agent.pem"));
}

}  // namespace
}  // namespace crema::load
