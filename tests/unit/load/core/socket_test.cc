#include "crema/load/core/socket.h"

#include "crema/sys/host.h"

#include <gtest/gtest.h>

using namespace std::chrono_literals;

namespace crema::load {
namespace {

class SocketTest : public ::testing::Test {
 protected:
  void SetUp() override {
    listener = sys::Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto any = *Address::parse("127.0.0.1", 0);
    ASSERT_EQ(::bind(listener.get(), any.data(), any.size()), 0);
    ASSERT_EQ(::listen(listener.get(), 8), 0);
    sockaddr_in address{};
    socklen_t size = sizeof address;
    ::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size);
    place = Address::from(reinterpret_cast<sockaddr&>(address));
  }
  sys::Descriptor accept() { return sys::Descriptor(::accept(listener.get(), nullptr, nullptr)); }

  sys::Host host = sys::real_host();
  std::unique_ptr<Loop> loop = Loop::create(*host.clock).value();
  sys::Descriptor listener;
  Address place;
};

TEST_F(SocketTest, CountsWhatCrossesTheWireAndSeesTheEnd) {
  loop->spawn([&] {
    Socket socket(*loop);
    ASSERT_TRUE(socket.connect(place, {}, loop->now() + 1s));
    auto peer = accept();
    const std::array<std::string_view, 4> parts = {"one", "", "two", "three"};
    EXPECT_EQ(socket.write(parts, kNever).bytes, 11U);
    std::array<char, 64> buffer{};
    EXPECT_EQ(::recv(peer.get(), buffer.data(), buffer.size(), 0), 11);
    EXPECT_EQ(std::string_view(buffer.data(), 11), "onetwothree");
    EXPECT_TRUE(socket.quiet());
    ::send(peer.get(), "answer", 6, 0);
    peer.close();
    // The end that came with the bytes makes no edge of its own.
    EXPECT_EQ(socket.read(std::span(buffer).first(4), kNever).bytes, 4U);
    EXPECT_EQ(socket.read(buffer, loop->now() + 1s).bytes, 2U);
    EXPECT_EQ(socket.read(buffer, loop->now() + 1s).status, IoStatus::closed);
    EXPECT_FALSE(socket.quiet());
    EXPECT_EQ(socket.wire().sent, 11U);
    EXPECT_EQ(socket.wire().received, 6U);
  });
  loop->run_until_done();
}

TEST_F(SocketTest, WaitsEndAtTheirDeadlineOrWithAnInterrupt) {
  Fiber reader;
  loop->spawn([&] {
    reader = loop->current();
    Socket socket(*loop);
    ASSERT_TRUE(socket.connect(place, {}, loop->now() + 1s));
    auto peer = accept();
    std::array<char, 64> buffer{};
    EXPECT_EQ(socket.read(buffer, loop->now() + 2ms).status, IoStatus::timeout);
    EXPECT_EQ(socket.read(buffer, kNever).status, IoStatus::interrupted);
    loop->clear_interrupt(loop->current());
    // Nobody reads: the kernel takes some and no more.
    const std::string much(32'000'000, 'x');
    const std::string_view part = much;
    const auto result = socket.write(std::span(&part, 1), loop->now() + 20ms);
    EXPECT_EQ(result.status, IoStatus::timeout);
    EXPECT_GT(result.bytes, 0U);
    EXPECT_LT(result.bytes, much.size());
    EXPECT_EQ(socket.wire().sent, result.bytes);
  });
  loop->spawn([&] {
    loop->sleep_until(loop->now() + 20ms);
    loop->interrupt(reader);
  });
  loop->run_until_done();
}

TEST_F(SocketTest, ComesFromTheAddressThatIsAskedFor) {
  loop->spawn([&] {
    Socket socket(*loop);
    ASSERT_TRUE(socket.connect(place, *Address::parse("127.0.0.77", 0), loop->now() + 1s));
    sockaddr_in from{};
    socklen_t size = sizeof from;
    const sys::Descriptor peer(::accept(listener.get(), reinterpret_cast<sockaddr*>(&from), &size));
    EXPECT_EQ(Address::from(reinterpret_cast<sockaddr&>(from)).ip(), "127.0.0.77");
  });
  loop->run_until_done();
}

TEST_F(SocketTest, TellsWhyThereIsNoConnection) {
  listener.close();
  loop->spawn([&] {
    Socket socket(*loop);
    const auto refused = socket.connect(place, {}, loop->now() + 1s);
    EXPECT_EQ(refused.status, IoStatus::failed);
    EXPECT_EQ(refused.error, ECONNREFUSED);
    const auto local = socket.connect(place, *Address::parse("203.0.113.1", 0), kNever);
    EXPECT_EQ(local.error, EADDRNOTAVAIL);
  });
  loop->run_until_done();
}

TEST_F(SocketTest, ClosingWakesWhoReads) {
  Socket socket(*loop);
  loop->spawn([&] {
    ASSERT_TRUE(socket.connect(place, {}, loop->now() + 1s));
    std::array<char, 8> buffer{};
    EXPECT_EQ(socket.read(buffer, kNever).status, IoStatus::failed);
  });
  loop->spawn([&] {
    loop->sleep_until(loop->now() + 10ms);
    socket.close();
  });
  loop->run_until_done();
}

}  // namespace
}  // namespace crema::load
