// Tells crema what the tests of `node --test` do, one JSON object a line, each behind a mark.
import path from "node:path";

const mark = "\u001ecrema ";
const kept = 32 * 1024;
const foreign = /^\s+at .*(node_modules|node:internal|node:async_hooks|new Promise \(<anonymous>\))/; // frames of no use to a reader
const unbuilt = /SyntaxError|Cannot find (module|package)|ERR_(MODULE_NOT_FOUND|UNKNOWN_FILE_EXTENSION|UNSUPPORTED)|TransformError/;
// How versions before 20.18 name tests that --test-name-pattern leaves out.
const leftOut = "test name does not match pattern";

const shortened = (text) =>
  text.length <= 2 * kept ? text : `${text.slice(0, kept)}\n... left out ...\n${text.slice(-kept)}`;

const readable = (text) => shortened(text.split("\n").filter((line) => !foreign.test(line)).join("\n"));

// What was said, without what is too much of it: its beginning and its end.
class Said {
  head = "";
  tail = "";
  add(text) {
    const room = kept - this.head.length;
    this.head += text.slice(0, room);
    if (text.length > room) this.tail = (this.tail + text.slice(Math.max(0, room))).slice(-kept);
  }
  text() {
    return shortened(this.head + this.tail);
  }
}

// The tests of one file, as they come and go.
class TestFile {
  constructor(name) {
    this.name = name;
    this.open = []; // by nesting: what began last there
    this.running = new Map(); // ids of what began and did not end, by place and name
    this.began = 0;
    this.failed = false;
    this.cases = 0;
    this.said = new Said();
    this.errors = new Said();
  }

  placeOf(test) {
    const groups = this.open.slice(0, test.nesting).map((one) => one.name);
    return { file: this.name, line: test.line ?? 0, group: groups.join(" › "), title: test.name };
  }

  *begin(test) {
    const above = this.open[test.nesting - 1];
    if (above?.id) yield { event: "group_end", file: this.name, id: above.id }; // it holds tests
    const id = `${++this.began}`;
    this.open.length = Math.min(this.open.length, test.nesting);
    this.open[test.nesting] = { name: test.name, id };
    if (test.type === "suite") return;
    const one = { id, ...this.placeOf(test) };
    const key = keyOf(test);
    this.running.set(key, [...(this.running.get(key) ?? []), one]);
    yield { event: "test", ...one };
  }

  *end(test, passed) {
    const before = this.running.get(keyOf(test)) ?? [];
    const began = before.shift();
    if (before.length === 0) this.running.delete(keyOf(test));
    const error = passed ? null : test.details.error;
    const group = test.details.type === "suite";
    // A group that failed by itself (a hook of it) is told of as a test that is called so.
    const skipped = test.skip === undefined && test.todo === undefined ? "" : String(test.skip ?? test.todo);
    if ((group && (!error || error.failureType === "subtestsFailed")) || skipped === leftOut) {
      if (began) yield { event: "group_end", file: this.name, id: began.id };
      return;
    }
    const left = test.skip !== undefined || (test.todo !== undefined && error);
    this.failed ||= !left && Boolean(error);
    this.cases += 1;
    yield {
      event: "end",
      ...(began ?? this.placeOf(test)),
      duration: (test.details.duration_ms ?? 0) / 1000,
      ...(left ? { status: "skipped", reason: reasonOf(test) } : endOf(error)),
    };
  }

  // The process of the file has ended.
  *close(test, passed) {
    const error = passed ? null : test.details.error;
    for (const one of [...this.running.values()].flat()) {
      if (!error) break;
      this.failed = true;
      const text = `the process ended while this test ran${this.exitOf(error)}\n${this.errors.text()}`;
      yield { event: "end", ...one, status: "failed", kind: "crash", errors: [{ text: readable(text) }] };
    }
    const own = error && error.failureType !== "subtestsFailed" && !this.failed;
    // A program without a test of node:test is one, if it is not that they were left out.
    if (!error && this.cases === 0 && !process.env.CREMA_TEST_NAMES)
      yield { event: "end", file: this.name, title: path.basename(this.name), status: "passed", duration: (test.details.duration_ms ?? 0) / 1000 };
    yield {
      event: "suite_end",
      file: this.name,
      duration: (test.details.duration_ms ?? 0) / 1000,
      output: this.said.text() + (own ? "" : this.errors.text()),
      ...(own ? this.ownError(error) : {}),
    };
  }

  ownError(error) {
    const text = this.errors.text();
    // "node:internal/..:1" and the source come before what an error says of itself.
    const lines = text.split("\n");
    const first = lines.findIndex((line) => /^(Uncaught )?[A-Za-z]*(Error|Exception)\b/.test(line));
    const place = (line) => line.includes(`${this.name}:`);
    const from = lines.slice(Math.max(0, first));
    if (!from.some(place)) from.push(lines.find(place) ?? "");
    const said = first < 0 ? `the process ended before its tests did${this.exitOf(error)}\n${text}` : from.join("\n");
    const kind = unbuilt.test(text) ? "build" : text.includes("ERR_ASSERTION") ? "assertion" : first < 0 ? "crash" : "setup";
    return { kind, errors: [{ text: readable(said) }] };
  }

  exitOf(error) {
    return error.signal ? ` by ${error.signal}` : error.exitCode ? ` with code ${error.exitCode}` : "";
  }
}

const keyOf = (test) => `${test.nesting}:${test.line}:${test.column}:${test.name}`;

function reasonOf(test) {
  const text = typeof test.skip === "string" ? test.skip : typeof test.todo === "string" ? test.todo : "";
  return text || (test.todo === undefined ? "" : "todo");
}

function endOf(error) {
  if (!error) return { status: "passed" };
  const cause = error.cause ?? error;
  const text = cause?.stack ? String(cause.stack) : String(cause?.message ?? cause);
  const kinds = { hookFailed: "setup", cancelledByParent: "setup", testTimeoutFailure: "timeout" };
  const asserted = cause?.code === "ERR_ASSERTION" || /Assertion/.test(cause?.name ?? "");
  const kind = kinds[error.failureType] ?? (asserted || error.failureType === "subtestsFailed" ? "assertion" : "panic");
  return { status: kind === "timeout" ? "timedOut" : "failed", kind, errors: [{ text: readable(text) }] };
}

// test:complete comes as soon as a test has ended, pass and fail in the order of the sources, when
// the files before it have ended: versions that know the first need not wait for the others.
const [major, minor] = process.versions.node.split(".").map(Number);
const isLive = major > 22 || (major === 22 && minor >= 6) || (major === 20 && minor >= 17);

function* eventsOf(type, data, files) {
  const name = path.resolve(data.file ?? "");
  const isFile = data.nesting === 0 && data.name !== undefined && path.resolve(data.name) === name;
  if (isFile && type === "test:dequeue") {
    files.set(name, new TestFile(name));
    yield { event: "suite", file: name };
  }
  const file = files.get(name);
  if (!file) return;
  const ended = isLive ? type === "test:complete" : type === "test:pass" || type === "test:fail";
  const passed = isLive ? data.details?.passed : type === "test:pass";
  if (type === "test:stdout") file.said.add(data.message);
  if (type === "test:stderr") file.errors.add(data.message);
  if (type === "test:dequeue" && !isFile) yield* file.begin(data);
  if (ended && !isFile) yield* file.end(data, passed);
  if (ended && isFile) {
    yield* file.close(data, passed);
    files.delete(name);
  }
}

export default async function* (source) {
  const lineOf = (event) => `${mark}${JSON.stringify(event)}\n`;
  const files = new Map();
  yield lineOf({ event: "begin", version: process.versions.node });
  for await (const { type, data } of source) {
    if (!["test:dequeue", "test:complete", "test:pass", "test:fail", "test:stdout", "test:stderr"].includes(type)) continue;
    if (type === "test:complete" && !isLive) continue;
    for (const event of eventsOf(type, data, files)) yield lineOf(event);
  }
  // Before there was test:complete, files that have tests do not end by themselves.
  for (const file of files.values()) {
    for (const event of file.close({ details: {} }, true)) yield lineOf(event);
  }
}
