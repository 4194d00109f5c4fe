#include "crema/load/core/resolver.h"

#include "crema/sys/host.h"

#include <gtest/gtest.h>

#include <set>

using namespace std::chrono_literals;

namespace crema::load {
namespace {

class ResolverTest : public ::testing::Test {
 protected:
  sys::Host host = sys::real_host();
  std::unique_ptr<Loop> loop = Loop::create(*host.clock).value();

  Resolution resolve(Resolver& resolver, std::string_view name, std::uint16_t port = 80) {
    Resolution resolution;
    loop->spawn([&] { resolution = resolver.resolve(*loop, name, port, loop->now() + 5s); });
    loop->run_until_done();
    return resolution;
  }
};

TEST_F(ResolverTest, HostsComeFirstTheLongestDomainBeforeTheShorter) {
  const auto resolver = Resolver::create({.hosts = {{"a.test", "10.0.0.1"},
                                                    {"a.test:443", "10.0.0.2:8443"},
                                                    {"*.test", "10.0.0.3:81"},
                                                    {"*.deep.test", "[::1]:82"},
                                                    {"1.2.3.4", "10.0.0.5"}}})
                            .value();
  const std::tuple<std::string_view, int, std::string_view> cases[] = {
      {"a.test", 80, "10.0.0.1:80"},  {"A.Test", 443, "10.0.0.2:8443"},
      {"b.test", 80, "10.0.0.3:81"},  {"x.deep.test", 80, "[::1]:82"},
      {"1.2.3.4", 80, "10.0.0.5:80"}, {"9.9.9.9", 80, "9.9.9.9:80"},
      {"::2", 80, "[::2]:80"},
  };
  for (const auto& [name, port, expected] : cases) {
    EXPECT_EQ(resolve(*resolver, name, static_cast<std::uint16_t>(port)).address.text(), expected);
  }
}

TEST_F(ResolverTest, BlocksNamesAndAddresses) {
  const auto resolver = Resolver::create({.hosts = {{"listed.test", "192.168.7.1"}},
                                          .blocked_hostnames = {"exact.test", "*.wide.test"},
                                          .blacklisted_ips = {"192.168.0.0/16", "::1/128"}})
                            .value();
  EXPECT_EQ(resolve(*resolver, "exact.test").status, ResolveStatus::blocked_hostname);
  EXPECT_EQ(resolve(*resolver, "a.b.WIDE.test").status, ResolveStatus::blocked_hostname);
  EXPECT_EQ(resolve(*resolver, "listed.test").status, ResolveStatus::blacklisted_ip);
  EXPECT_EQ(resolve(*resolver, "192.168.1.1").status, ResolveStatus::blacklisted_ip);
  EXPECT_EQ(resolve(*resolver, "192.169.1.1").status, ResolveStatus::ok);
  EXPECT_EQ(resolve(*resolver, "::1").status, ResolveStatus::blacklisted_ip);
}

TEST_F(ResolverTest, AsksTheSystemOnceForManyWhoWait) {
  const auto resolver = Resolver::create({.policy = DnsPolicy::only_ipv4}).value();
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    loop->spawn([&] {
      const auto resolution = resolver->resolve(*loop, "localhost", 81, loop->now() + 5s);
      seen.insert(resolution.address.text());
    });
  }
  loop->run_until_done();
  EXPECT_EQ(seen, (std::set<std::string>{"127.0.0.1:81"}));
  // Now it is known: no turn of the loop is needed.
  const auto before = loop->statistics().turns;
  EXPECT_EQ(resolve(*resolver, "LOCALHOST").address.text(), "127.0.0.1:80");
  EXPECT_LE(loop->statistics().turns - before, 2U);
}

TEST_F(ResolverTest, WhatIsNoNameIsNoHost) {
  const auto resolver = Resolver::create({}).value();
  const auto status = resolve(*resolver, "no such host").status;
  EXPECT_TRUE(status == ResolveStatus::no_such_host || status == ResolveStatus::failed);
}

TEST_F(ResolverTest, AnInterruptEndsTheWait) {
  const auto resolver = Resolver::create({}).value();
  Resolution resolution;
  const auto fiber = loop->spawn(
      [&] { resolution = resolver->resolve(*loop, "localhost", 80, loop->now() + 5s); });
  loop->interrupt(fiber);
  loop->run_until_done();
  EXPECT_EQ(resolution.status, ResolveStatus::interrupted);
}

TEST(ResolverOptionsTest, RefusesWhatItCannotRead) {
  EXPECT_EQ(Resolver::create({.hosts = {{"a", "b"}}}).error().code, "load/hosts");
  EXPECT_EQ(Resolver::create({.hosts = {{"a.*.b", "1.1.1.1"}}}).error().code, "load/hosts");
  EXPECT_EQ(Resolver::create({.hosts = {{"a", "1.1.1.1:0"}}}).error().code, "load/hosts");
  EXPECT_EQ(Resolver::create({.blocked_hostnames = {"a*"}}).error().code, "load/block-hostnames");
  EXPECT_EQ(Resolver::create({.blacklisted_ips = {"1.1.1.1/33"}}).error().code,
            "load/blacklist-ips");
}

TEST(AddressTest, ReadsAndWrites) {
  EXPECT_EQ(Address::parse("127.0.0.1", 80)->text(), "127.0.0.1:80");
  EXPECT_EQ(Address::parse("0:0::1", 80)->text(), "[::1]:80");
  for (const std::string_view text : {"", "127.1", "localhost", "1.2.3.4.5", "[::1]", "::1%lo"}) {
    EXPECT_FALSE(Address::parse(text, 80)) << text;
  }
  const auto range = AddressRange::parse("10.128.0.0/9").value();
  EXPECT_TRUE(range.contains(*Address::parse("10.200.1.1", 0)));
  EXPECT_FALSE(range.contains(*Address::parse("10.100.1.1", 0)));
  EXPECT_FALSE(range.contains(*Address::parse("::1", 0)));
  EXPECT_TRUE(AddressRange::parse("0.0.0.0/0")->contains(*Address::parse("8.8.8.8", 0)));
}

}  // namespace
}  // namespace crema::load
