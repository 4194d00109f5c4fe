// Tells crema what Playwright's tests do, one JSON object a line, each behind a mark.
const mark = "\u001ecrema ";

class CremaReporter {
  constructor() {
    this.output = new Map();
  }

  tell(event) {
    process.stdout.write(mark + JSON.stringify(event) + "\n");
  }

  onBegin(config, suite) {
    this.tell({ event: "begin", version: config.version, total: suite.allTests().length });
  }

  // titlePath: "", project, file, describe..., title
  place(test) {
    const path = test.titlePath();
    return {
      project: path[1],
      file: test.location.file,
      line: test.location.line,
      group: path.slice(3, -1).join(" › "),
      title: test.title,
    };
  }

  onTestBegin(test) {
    this.tell({ event: "test", ...this.place(test) });
  }

  onStdOut(chunk, test) {
    this.keep(chunk, test);
  }

  onStdErr(chunk, test) {
    this.keep(chunk, test);
  }

  keep(chunk, test) {
    if (!test) return this.tell({ event: "output", text: chunk.toString() });
    this.output.set(test.id, (this.output.get(test.id) ?? "") + chunk.toString());
  }

  onTestEnd(test, result) {
    const output = this.output.get(test.id) ?? "";
    this.output.delete(test.id);
    this.tell({
      event: "end",
      ...this.place(test),
      status: result.status,
      expected: test.expectedStatus,
      retry: result.retry,
      started: result.startTime.toISOString(),
      duration: result.duration / 1000,
      reason: test.annotations.map((one) => one.description ?? "").find((text) => text) ?? "",
      errors: result.errors.map((error) => ({
        text: error.stack ?? error.message ?? String(error.value),
        snippet: error.snippet ?? "",
        file: error.location?.file ?? "",
        line: error.location?.line ?? 0,
      })),
      output,
      attachments: result.attachments
        .filter((one) => one.path)
        .map((one) => ({ name: one.name, type: one.contentType, path: one.path })),
    });
  }

  onError(error) {
    this.tell({ event: "error", text: error.stack ?? error.message ?? String(error.value) });
  }

  printsToStdio() {
    return true;
  }
}

module.exports = CremaReporter;
