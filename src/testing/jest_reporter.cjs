// Tells crema what Jest's tests do, one JSON object a line, each behind a mark.
const mark = "\u001ecrema ";
const kept = 32 * 1024;
const foreign = /^\s+at .*(node_modules|node:internal|new Promise \(<anonymous>\))/; // frames of no use to a reader

const readable = (text) =>
  shortened(text.split("\n").filter((line) => !foreign.test(line)).join("\n"));

const shortened = (text) =>
  text.length <= 2 * kept ? text : `${text.slice(0, kept)}\n... left out ...\n${text.slice(-kept)}`;

class CremaReporter {
  constructor() {
    this.wanted = process.env.CREMA_TEST_NAMES ? new RegExp(process.env.CREMA_TEST_NAMES) : null;
    this.told = new Map(); // by file: how often each test was told of
  }

  tell(event) {
    process.stdout.write(mark + JSON.stringify(event) + "\n");
  }

  onRunStart() {
    this.tell({ event: "begin", version: "" });
  }

  onTestFileStart(test) {
    this.told.set(test.path, new Map());
    this.tell({ event: "suite", file: test.path });
  }

  place(file, one) {
    return {
      file,
      line: one.location?.line ?? 0,
      group: one.ancestorTitles.join(" › "),
      title: one.title,
    };
  }

  onTestCaseStart(test, one) {
    if (one.mode === "skip" || one.mode === "todo") return;
    if (this.wanted && !this.wanted.test([...one.ancestorTitles, one.title].join(" "))) return;
    this.tell({ event: "test", ...this.place(test.path, one) });
  }

  onTestCaseResult(test, one) {
    const told = this.told.get(test.path);
    told?.set(one.fullName, (told.get(one.fullName) ?? 0) + 1);
    this.end(test.path, one);
  }

  end(file, one) {
    const skipped = !["passed", "failed"].includes(one.status);
    if (skipped && this.wanted && !this.wanted.test(one.fullName)) return;
    const retried = one.retryReasons ?? [];
    retried.forEach((text, retry) => this.attempt(file, one, "failed", [text], retry, 0));
    this.attempt(file, one, skipped ? "skipped" : one.status, one.failureMessages, retried.length, one.duration);
  }

  attempt(file, one, status, messages, retry, duration) {
    const text = messages[0] ?? "";
    const timedOut = /^(Error: )?(thrown: ")?Exceeded timeout of \d+ ms/.test(text);
    const asserted =
      (one.failureDetails ?? []).some((detail) => detail?.matcherResult || detail?.error?.matcherResult) ||
      /^(JestAssertionError|AssertionError|Error: expect\()/.test(text);
    this.tell({
      event: "end",
      ...this.place(file, one),
      status: status === "failed" && timedOut ? "timedOut" : status,
      kind: status === "failed" ? (asserted ? "assertion" : "panic") : "",
      retry,
      started: one.startAt ? new Date(one.startAt).toISOString() : "",
      duration: (duration ?? 0) / 1000,
      reason: one.status === "todo" ? "todo" : "",
      errors: messages.map((message) => ({ text: readable(message) })),
    });
  }

  onTestFileResult(test, result) {
    const told = this.told.get(test.path) ?? new Map();
    for (const one of result.testResults) {
      const times = told.get(one.fullName) ?? 0;
      if (times > 0) told.set(one.fullName, times - 1);
      else this.end(test.path, one);
    }
    this.told.delete(test.path);
    const error = result.testExecError;
    const text = error ? (error.stack || error.message || result.failureMessage || String(error)) : "";
    this.tell({
      event: "suite_end",
      file: test.path,
      kind: error ? this.kindOf(error, text) : "",
      errors: error ? [{ text: readable(text) }] : [],
      duration: ((result.perfStats?.end ?? 0) - (result.perfStats?.start ?? 0)) / 1000,
      output: shortened((result.console ?? []).map((one) => one.message).join("\n")),
    });
  }

  kindOf(error, text) {
    if (/worker process .*(terminated|crashed)|process\.exit called/i.test(text)) return "crash";
    const unbuilt = /SyntaxError|Cannot find module|unexpected token|error TS\d+|Could not locate module/;
    return error.code === "MODULE_NOT_FOUND" || error.type === "SyntaxError" || unbuilt.test(text) ? "build" : "setup";
  }

  onRunComplete(contexts, results) {
    if (results.runExecError) this.tell({ event: "error", text: results.runExecError.message });
  }

}

module.exports = CremaReporter;
