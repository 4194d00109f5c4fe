// What k6/ws and k6/websockets do without a server; with one they are held against k6 by
// tests/e2e/load_test.py.
#include "load/script/script_run.h"

namespace crema::load {
namespace {

TEST(ModuleWebsocketsTest, BlobJoinsItsPartsAndGivesThemBack) {
  EXPECT_EQ(printed("import { Blob } from 'k6/websockets';", R"(
    const blob = new Blob(['ab', new Uint8Array([99, 200]), new Blob(['d'])], { type: 'text/x' });
    console.log(blob.size, blob.type, blob instanceof Blob);
    console.log(blob.slice(1, -2).size, blob.slice(4).size, blob.slice(3, 1).size, blob.slice(-9).size);
    blob.bytes().then((bytes) => console.log(bytes.join()));
    blob.arrayBuffer().then((buffer) => console.log(buffer.byteLength));
    new Blob().text().then((text) => console.log(`[${text}]`));
  )"),
            "5 text/x true\n2 1 0 5\n97,98,99,200,100\n5\n[]\n");
}

TEST(ModuleWebsocketsTest, BlobRefusesWhatIsNoPart) {
  EXPECT_EQ(printed("import { Blob } from 'k6/experimental/websockets';", R"(
    for (const make of [() => new Blob(5), () => new Blob([5]), () => new Blob(['a']).stream()])
      try { make(); } catch (e) { console.log(e.message); }
  )"),
            "failed to process [blobParts]: it is no array\n"
            "failed to process [blobParts]: write strings, ArrayBuffers, views of them or Blobs\n"
            "not supported: Blob.stream(); use arrayBuffer() or text()\n");
}

TEST(ModuleWebsocketsTest, AsksForTheRightArguments) {
  EXPECT_EQ(printed("import ws from 'k6/ws'; import { WebSocket } from 'k6/websockets';", R"(
    for (const make of [() => ws.connect(), () => ws.connect('ws://a/', {}), () => new WebSocket(),
                        () => new WebSocket('a'), () => new WebSocket('wss://a/#b')])
      try { make(); } catch (e) { console.log(e.message); }
  )"),
            "invalid number of arguments to ws.connect\n"
            "last argument to ws.connect must be a function\n"
            "WebSocket requires a url\n"
            "WebSocket requires url with scheme ws or wss, but got \"\"\n"
            "WebSocket requires no url fragment, but got \"b\"\n");
}

TEST(ModuleWebsocketsTest, ConnectsInNoInitCode) {
  ScriptRun run;
  EXPECT_EQ(run.run("import ws from 'k6/ws';\nws.connect('ws://127.0.0.1:1/', () => {});"),
            "threw: Error: using websockets in the init context is not supported\n");
}

}  // namespace
}  // namespace crema::load
