// k6/experimental/streams, beside what k6 1.8.1 prints of the same script.
#include "script_run.h"

#include "crema/sys/files.h"

namespace crema::load {
namespace {

TEST(Streams, DoWhatThoseOfK6Do) {
  const std::string folder = CREMA_SOURCE_DIR "/tests/data/load/";
  ScriptRun run;
  EXPECT_EQ(run.run(sys::read_file(folder + "streams.js").value()),
            sys::read_file(folder + "streams.out").value());
}

// k6 1.8.1 has none: beside what the same script prints in Node.js.
TEST(Streams, ThatAreWrittenDoWhatTheStandardSays) {
  const std::string folder = CREMA_SOURCE_DIR "/tests/data/load/";
  ScriptRun run;
  EXPECT_EQ(run.run(sys::read_file(folder + "writable_streams.js").value()),
            sys::read_file(folder + "writable_streams.out").value());
}

TEST(Streams, WaitForWhatComesLater) {
  ScriptRun run;
  EXPECT_EQ(run.run(R"(import { ReadableStream } from 'k6/experimental/streams';
export default async function () {
  let n = 0;
  const reader = new ReadableStream({
    start(controller) {
      const next = () => (n < 3 ? (controller.enqueue(++n), setTimeout(next, 1)) : controller.close());
      setTimeout(next, 1);
    },
  }).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) console.log(part.value);
}
)"),
            "1\n2\n3\n");
}

}  // namespace
}  // namespace crema::load
