// What k6/net/grpc does without a server; with one it is held against k6 by
// tests/e2e/load_grpc_test.py.
#include "grpc_message.h"
#include "load/script/script_run.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

namespace crema::load {
namespace {

constexpr const char* kImport = "import grpc from 'k6/net/grpc';";

TEST(ModuleGrpcTest, HasNumbersForStatuses) {
  EXPECT_EQ(printed(kImport, R"(
    console.log(grpc.StatusOK, grpc.StatusUnauthenticated, grpc.HealthCheckServiceUnkown);
    console.log(new grpc.Client() instanceof grpc.Client);
  )"),
            "0 16 3\ntrue\n");
}

TEST(ModuleGrpcTest, AsksForAConnectionFirst) {
  EXPECT_EQ(printed(kImport, R"(
    const client = new grpc.Client();
    for (const use of [() => client.invoke('a.B/C', {}), () => client.healthCheck(),
                       () => new grpc.Stream(client, 'a.B/C'), () => new grpc.Stream(5, 'a.B/C'),
                       () => client.load([], 'a.proto'), () => client.loadProtoset('a'),
                       () => client.close.call({})])
      try { use(); console.log('fine'); } catch (e) { console.log(e.message); }
    client.close();
  )"),
            "no gRPC connection, you must call connect first\n"
            "no gRPC connection, you must call connect first\n"
            "invalid GRPC Stream's client: no gRPC connection, you must call connect first\n"
            "invalid GRPC Stream's client: not a gRPC client\n"
            "load must be called in the init context\n"
            "load must be called in the init context\n"
            "Client object expected\n");
}

TEST(ModuleGrpcTest, SaysWhereAFileIsWrong) {
  const auto path = std::filesystem::path(testing::TempDir()) / "crema-broken.proto";
  std::ofstream(path) << "syntax = \"proto3\";\nmessage A { string = 1; }\n";
  ScriptRun run;
  EXPECT_THAT(run.run(std::string(kImport) + "new grpc.Client().load(['" + testing::TempDir() +
                      "'], 'crema-broken.proto');"),
              testing::HasSubstr("crema-broken.proto:2:20: Expected field name."));
  std::filesystem::remove(path);
}

// The JSON text of what an expression gives.
std::string json_of(const std::string& expression) {
  ScriptRun run;
  EXPECT_EQ(run.load("export const value = " + expression + ";").end, CallEnd::returned);
  std::string json;
  run.on_fiber([&] {
    UserState& user = run.user->state();
    const Value value = user.main_namespace.member("value");
    json = grpc_json(user.context, value.get()).value_or("threw");
    JS_FreeValue(user.context, JS_GetException(user.context));
  });
  return json;
}

TEST(GrpcJsonTest, IsWhatJsonStringifyWritesAndMore) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({a: 1, b: 'x"\\\n', c: [true, null, undefined, () => 1], d: undefined, e() {}})",
       R"({"a":1,"b":"x\"\\\u000a","c":[true,null,null,null]})"},
      {"[NaN, Infinity, -Infinity, -0, 0.1, 1e21, 123456789012]",
       R"(["NaN","Infinity","-Infinity",0,0.1,1e+21,123456789012])"},
      {"[10n ** 18n, new Date(0), new Uint8Array([0, 1, 254]), new Uint8Array([65]).buffer]",
       R"(["1000000000000000000","1970-01-01T00:00:00.000Z","AAH+","QQ=="])"},
      {"({toJSON() { return {a: this.b}; }, b: 4})", R"({"a":4})"},
      {"(() => { const a = {}; a.a = a; return a; })()", "threw"},
      {"({get a() { throw new Error('no'); }})", "threw"},
  };
  for (const auto& [expression, wanted] : cases) EXPECT_EQ(json_of(expression), wanted);
}

}  // namespace
}  // namespace crema::load
