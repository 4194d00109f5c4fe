// k6/experimental/csv and k6/experimental/fs, beside what k6 1.8.1 gave.
#include "script_run.h"

#include "crema/sys/files.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace crema::load {
namespace {

using nlohmann::json;

json cases() {
  return json::parse(sys::read_file(CREMA_SOURCE_DIR "/tests/data/load/csv.json").value());
}

// A script that gives what the parser and parse() make of a file.
std::string script(const json& options) {
  return R"(import { open } from 'k6/experimental/fs';
import csv from 'k6/experimental/csv';
const options = )" +
         options.dump() + R"(;
const result = { rows: [] };
try {
  const parser = new csv.Parser(await open('rows.csv'), options);
  for (;;) {
    const { done, value } = await parser.next();
    if (done) break;
    result.rows.push(value);
  }
} catch (e) { result.error = e.message; }
try { result.parsed = await csv.parse(await open('rows.csv'), options); } catch (e) { result.parse_error = e.message; }
console.log(JSON.stringify(result));
export default function () {}
)";
}

TEST(Csv, RowsAndErrorsAreThoseOfK6) {
  const auto folder = sys::TemporaryDirectory::create("/tmp", "csv-").value();
  for (const json& each : cases()) {
    ASSERT_TRUE(sys::write_file(folder.path() / "rows.csv", each["text"].get<std::string>()));
    ScriptRun run;
    run.user = std::make_unique<ScriptUser>(run.links, 0);
    const std::string address = "file://" + (folder.path() / "main.js").string();
    run.files.put(address, script(each["options"]));
    CallResult loaded;
    run.on_fiber([&] { loaded = run.user->load(address); });
    ASSERT_EQ(loaded.end, CallEnd::returned) << loaded.error.text();
    json got = json::parse(run.lines.at(0));
    const json parsed = got.contains("parsed") ? got["parsed"] : json();
    got.erase("parsed");
    json want = each;
    want.erase("text");
    want.erase("options");
    EXPECT_EQ(got, want) << each;
    if (!want.contains("error")) EXPECT_EQ(parsed, want["rows"]) << each;
  }
}

// Runs the init code of a script beside a file "data.txt" of those bytes.
std::string with_file(const std::string& bytes, const std::string& body) {
  const auto folder = sys::TemporaryDirectory::create("/tmp", "fs-").value();
  EXPECT_TRUE(sys::write_file(folder.path() / "data.txt", bytes));
  ScriptRun run;
  run.user = std::make_unique<ScriptUser>(run.links, 0);
  const std::string address = "file://" + (folder.path() / "main.js").string();
  run.files.put(address,
                "import { open, SeekMode } from 'k6/experimental/fs';\n"
                "const text = (bytes) => String.fromCharCode(...bytes);\n"
                "const failure = async (p) => { try { await p; } catch (e) { return `${e.name}: "
                "${e.message}`; } };\n" +
                    body);
  run.on_fiber([&] { run.note(run.user->load(address)); });
  return run.output();
}

TEST(Fs, ReadsPieceByPiece) {
  EXPECT_EQ(with_file("coffee", R"(
const file = await open('data.txt');
const into = new Uint8Array(4);
console.log(await file.read(into), text(into));
console.log(await file.read(into), text(into));
console.log(await file.read(into));
)"),
            "4 coff\n2 eeff\nnull\n");
}

TEST(Fs, SeeksFromAllThreePlaces) {
  EXPECT_EQ(with_file("coffee", R"(
const file = await open('./data.txt');
const next = async () => { const into = new Uint8Array(1); await file.read(into); return text(into); };
console.log(await file.seek(3, SeekMode.Start), await next());
console.log(await file.seek(-2, SeekMode.Current), await next());
console.log(await file.seek(0, SeekMode.End), await next());
console.log(await failure(file.seek(-1, SeekMode.Start)));
console.log(await failure(file.seek(1, SeekMode.End)));
console.log(await failure(file.seek(7, SeekMode.Start)));
console.log(await failure(file.seek('1', SeekMode.Start)));
console.log(await failure(file.seek(1)));
console.log(await failure(file.seek(1, 3)));
)"),
            "3 f\n2 f\n5 e\n"
            "TypeError: offset cannot be negative when using SeekModeStart\n"
            "TypeError: offset cannot be positive when using SeekModeEnd\n"
            "TypeError: seeking beyond end of file\n"
            "TypeError: seek() failed; reason: the offset argument must be a number\n"
            "TypeError: seek() failed; reason: the whence argument cannot be null or undefined\n"
            "TypeError: seek() failed; reason: the whence argument must be a SeekMode\n");
}

TEST(Fs, TellsNameAndSizeAndWhatIsNotThere) {
  const std::string printed = with_file("coffee", R"(
const file = await open('data.txt');
const { name, size } = await file.stat();
console.log(name, size, Object.keys(file).join());
console.log((await failure(open('none.txt'))).split(':')[0]);
console.log((await failure(open('/tmp'))).split(':')[0]);
console.log(await failure(open('')));
console.log(await failure(file.read('text')));
)");
  EXPECT_EQ(printed,
            "data.txt 6 path\nNotFoundError\nInvalidResourceError\n"
            "TypeError: open() failed; reason: path cannot be empty\n"
            "TypeError: read() failed; reason: into argument must be a Uint8Array\n");
}

TEST(Fs, OpensNothingInTheDefaultFunction) {
  ScriptRun run;
  EXPECT_EQ(run.run("import { open } from 'k6/experimental/fs';\n"
                    "export default async function () { try { await open('a'); } catch (e) { "
                    "console.log(e.name); } }"),
            "ForbiddenError\n");
}

}  // namespace
}  // namespace crema::load
