#include "crema/load/protocol/proxy.h"

#include <gtest/gtest.h>

namespace crema::load {
namespace {

TEST(ProxyTest, ChoosesAsGoDoes) {
  const auto settings = ProxySettings::from({{"HTTP_PROXY", "plain.example:3128"},
                                             {"https_proxy", "http://tls.example"},
                                             {"NO_PROXY",
                                              "direct.example, .dot.example, 10.0.0.0/8,"
                                              "port.example:8080, *.star.example"}})
                            .value();
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"http://a.example/", "plain.example"},
      {"https://a.example/", "tls.example"},
      {"http://localhost/", ""},
      {"http://127.0.0.1:8080/", ""},
      {"http://[::1]/", ""},
      {"http://direct.example/", ""},
      {"http://sub.direct.example/", ""},
      {"http://indirect.example/", "plain.example"},
      {"http://dot.example/", "plain.example"},
      {"http://a.dot.example/", ""},
      {"http://10.1.2.3/", ""},
      {"http://11.1.2.3/", "plain.example"},
      {"http://port.example:8080/", ""},
      {"http://port.example/", "plain.example"},
      {"http://a.star.example/", ""},
  };
  for (const auto& [url, host] : cases) {
    const auto parsed = Url::parse(url).value();
    const auto* const proxy = settings.proxy_for(parsed);
    EXPECT_EQ(proxy == nullptr ? "" : proxy->host, host) << url;
  }
  EXPECT_EQ(settings.proxy_for(Url::parse("http://a.example/").value())->port, 3128);
}

TEST(ProxyTest, NoneWithoutVariablesAndAnErrorForWhatIsNone) {
  const auto url = Url::parse("http://a.example/").value();
  EXPECT_EQ(ProxySettings::from({}).value().proxy_for(url), nullptr);
  EXPECT_EQ(ProxySettings::from({{"HTTP_PROXY", "socks5://x"}}).error().code, "load/proxy");
  const auto all = ProxySettings::from({{"HTTP_PROXY", "p"}, {"no_proxy", "*"}}).value();
  EXPECT_EQ(all.proxy_for(url), nullptr);
}

}  // namespace
}  // namespace crema::load
