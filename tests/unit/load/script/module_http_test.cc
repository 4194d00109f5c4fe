// Responses of k6/http in the hands of a script, from a real server.
#include "load/protocol/scripted_server.h"
#include "script_run.h"

namespace crema::load {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kPage =
    "<html><body><h1>Log in</h1><a id='next' href='/next?page=2'>next</a>"
    "<form id='login' method='post' action='/login'><input name='user' value='ann'>"
    "<input type='hidden' name='token' value='t&amp;1'><input type='submit' name='go' value='Go'>"
    "</form><form id='search' action='find?old=1'><input name='q'></form></body></html>";

class HttpModule : public ::testing::Test {
 protected:
  // What the body of a default function prints that has `url`, the address of the server.
  std::string printed_with(ScriptedServer& server, const std::string& body) {
    run.use_http();
    const std::string output =
        run.run("import http from 'k6/http'; const url = '" + server.url("/dir/page") +
                "';\nexport default function () {" + body + "}");
    run.user.reset();  // its connections too, or the server would wait for more
    return output;
  }
  ScriptRun run;
};

TEST_F(HttpModule, JsonSelects) {
  ScriptedServer server({{reply(ok(R"({"users":[{"n":"ann","a":3},{"n":"bob","a":5}]})")),
                          reply(ok("no json")), reply(ok(""))}});
  EXPECT_EQ(printed_with(
                server,
                "const r = http.get(url);"
                "console.log(r.json('users.#(a>4).n'), r.json('users.#'), r.json().users[0].n,"
                "  r.json('users.#.a'), r.json('gone'));"
                "const bad = http.get(url); console.log(bad.json('a'));"
                "try { bad.json(); } catch (e) { console.log(e.message.slice(0, 17)); }"
                "try { http.get(url).json(); } catch (e) { console.log(e.message.slice(0, 16)); }"),
            "bob 2 ann [ 3, 5 ] undefined\nundefined\ncannot parse json\nthe body is null\n");
}

TEST_F(HttpModule, HtmlIsLookedThrough) {
  ScriptedServer server({{reply(ok(kPage))}});
  EXPECT_EQ(printed_with(server,
                         "const r = http.get(url);"
                         "console.log(r.html('h1').text(), r.html().find('input').size());"),
            "Log in 4\n");
}

TEST_F(HttpModule, SubmitsFormsAndFollowsLinks) {
  ScriptedServer server({{reply(ok(kPage)), reply(ok("in")), reply(ok(kPage)), reply(ok("found")),
                          reply(ok(kPage)), reply(ok("two"))}});
  EXPECT_EQ(
      printed_with(server,
                   "console.log(http.get(url).submitForm({ formSelector: '#login',"
                   "  fields: { user: 'bob b' }, params: { headers: { 'X-A': '1' } } }).body);"
                   "console.log(http.get(url).submitForm({ formSelector: '#search',"
                   "  fields: { q: 'x&y' } }).body);"
                   "console.log(http.get(url).clickLink({ selector: '#next' }).body);"),
      "in\nfound\ntwo\n");
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 6U);
  EXPECT_THAT(requests[1], StartsWith("POST /login HTTP/1.1\r\n"));
  EXPECT_THAT(requests[1], HasSubstr("X-A: 1\r\n"));
  EXPECT_THAT(requests[1], ::testing::EndsWith("\r\n\r\ngo=Go&token=t%261&user=bob+b"));
  EXPECT_THAT(requests[3], StartsWith("GET /dir/find?q=x%26y HTTP/1.1\r\n"));
  EXPECT_THAT(requests[5], StartsWith("GET /next?page=2 HTTP/1.1\r\n"));
}

TEST_F(HttpModule, WhatIsNotInThePageIsAnError) {
  ScriptedServer server({{reply(ok(kPage))}});
  const std::string output = printed_with(
      server,
      "const r = http.get(url);"
      "for (const f of [() => r.submitForm({ formSelector: '#gone' }),"
      "  () => r.clickLink({ selector: 'h1' }), () => r.clickLink({ selector: '.gone' })])"
      "  try { f(); } catch (e) { console.log(e.message); }");
  EXPECT_THAT(output, HasSubstr("no form found for selector '#gone' in response"));
  EXPECT_THAT(output, HasSubstr("no valid href attribute value found on element 'h1'"));
  EXPECT_THAT(output, HasSubstr("no element found for selector '.gone'"));
}

}  // namespace
}  // namespace crema::load
