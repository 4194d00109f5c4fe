// k6/secrets: sources, what is hidden in logs, and secrets of a server.
#include "load/protocol/scripted_server.h"
#include "script_run.h"

#include "crema/sys/files.h"

#include <gmock/gmock.h>

namespace crema::load {
namespace {

using ::testing::HasSubstr;

constexpr const char* kBegin =
    "import secrets from 'k6/secrets';\n"
    "const told = async (p) => { try { return await p; } catch (e) { return e.message; } };\n"
    "export default async function () {";

// What the body prints, with these sources.
std::string printed(const std::vector<std::string>& sources, const std::string& body) {
  ScriptRun run;
  const auto read = run.secrets.read(sources, run.host);
  EXPECT_TRUE(read) << read.error().message;
  return run.run(kBegin + body + "}");
}

TEST(Secrets, ComeFromSourcesByName) {
  EXPECT_EQ(
      printed({"mock=a=1,b=x=y,default", "mock=name=other,a=2"},
              "console.log(await secrets.get('a'), await secrets.get('b'),"
              "  await secrets.source('other').get('a'), await secrets.source('mock').get('a'));"
              "console.log(await told(secrets.get('none')));"
              "console.log(await told(secrets.source('nobody').get('a')));"),
      "1 x=y 2 1\nno value\nno secret source with name \"nobody\" is configured\n");
  EXPECT_EQ(printed({}, "console.log(await told(secrets.get('a')));"),
            "no secret sources are configured\n");
}

TEST(Secrets, ComeFromFiles) {
  const auto folder = sys::TemporaryDirectory::create("/tmp", "secrets-").value();
  const std::string path = (folder.path() / "cups").string();
  ASSERT_TRUE(sys::write_file(path, "small=espresso\nlarge=latte = milk\n"));
  EXPECT_EQ(printed({"file=" + path},
                    "console.log(await secrets.get('small'), await secrets.get('large'));"),
            "espresso latte = milk\n");
}

TEST(Secrets, OfWrongSourcesAreRefused) {
  const std::pair<std::vector<std::string>, const char*> cases[] = {
      {{"vault=x"}, "no secret source for type \"vault\""},
      {{"mock=a"}, "no \"=\""},
      {{"file=/no/such/file"}, "/no/such/file"},
      {{"file"}, "needs a file"},
      {{"url=urlTemplate=http://host/"}, "must contain {key}"},
      {{"url=urlTemplate=host/{key}"}, "address with a scheme"},
      {{"url=urlTemplate=http://host/{key},maxRetries=x"}, "maxRetries"},
      {{"url=urlTemplate=http://host/{key},timeout=-1s"}, "timeout"},
      {{"url=urlTemplate=http://host/{key},password=1"}, "unknown configuration key"},
      {{"mock=a=1", "mock=b=2"}, "two secret sources with the name"},
      {{"mock=a=1,default", "mock=b=2,default,name=b"}, "two secret sources that are the default"},
  };
  for (const auto& [sources, why] : cases) {
    SecretSources secrets;
    const auto read = secrets.read(sources, sys::real_host());
    ASSERT_FALSE(read) << why;
    EXPECT_THAT(read.error().message, HasSubstr(why));
  }
}

TEST(Secrets, AreHiddenOnceTheyWereAskedFor) {
  ScriptRun run;
  ASSERT_TRUE(
      run.secrets.read(std::vector<std::string>{"mock=a=milk,b=milkshake,c=tea,d= "}, run.host));
  run.run(std::string(kBegin) + "for (const k of 'abd') await secrets.get(k); }");
  EXPECT_EQ(run.secrets.redacted("milk, milkshake, tea"),
            "***SECRET_REDACTED***, ***SECRET_REDACTED***, tea");
}

TEST(Secrets, OfAServerAreAskedForOnce) {
  ScriptedServer server(
      {{closing("HTTP/1.1 503 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")},
       {closing(ok(R"({"data":{"value":"latte"}})"))}});
  const std::string source = "url=urlTemplate=" + server.url("/cups/{key}") +
                             ",responsePath=data.value,headers.X-Token=t,retryBackoff=1ms";
  EXPECT_EQ(
      printed({source}, "console.log(await secrets.get('small'), await secrets.get('small'));"),
      "latte latte\n");
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_THAT(requests[1], HasSubstr("GET /cups/small HTTP/1.1\r\n"));
  EXPECT_THAT(requests[1], HasSubstr("X-Token: t\r\n"));
}

TEST(Secrets, OfAServerThatHasNoneAreErrors) {
  ScriptedServer server(
      {{closing("HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")},
       {closing(ok(R"({"value":1})"))}});
  const std::string source =
      "url=urlTemplate=" + server.url("/{key}") + ",responsePath=value,maxRetries=0";
  EXPECT_EQ(printed({source},
                    "console.log(await told(secrets.get('a')));"
                    "console.log(await told(secrets.get('b')));"),
            "status code 404: failed to get secret\n"
            "failed to extract secret: secret value at path \"value\" is not a string\n");
}

}  // namespace
}  // namespace crema::load
