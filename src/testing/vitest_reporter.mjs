// Tells crema what Vitest's tests do, one JSON object a line, each behind a mark.
const mark = "\u001ecrema ";
const kept = 32 * 1024;
const foreign = /node_modules|node:internal|at new Promise \(<anonymous>\)/; // frames of no use to a reader

const shortened = (text) =>
  text.length <= 2 * kept ? text : `${text.slice(0, kept)}\n... left out ...\n${text.slice(-kept)}`;

export default class CremaReporter {
  constructor() {
    this.wanted = process.env.CREMA_TEST_NAMES ? new RegExp(process.env.CREMA_TEST_NAMES) : null;
    this.output = new Map(); // by test
    this.said = new Map(); // by file: what is no test's
    this.told = new Set(); // tests and files that were told of, by id
  }

  tell(event) {
    process.stdout.write(mark + JSON.stringify(event) + "\n");
  }

  onInit(vitest) {
    this.vitest = vitest;
    this.tell({ event: "begin", version: vitest.version ?? "" });
  }

  onUserConsoleLog(log) {
    const of = log.taskId ? this.output : this.said;
    const key = log.taskId ?? "";
    const before = of.get(key) ?? "";
    if (before.length < 2 * kept) of.set(key, before + log.content.slice(0, 2 * kept));
  }

  onTestModuleStart(module) {
    this.tell({ event: "suite", file: module.moduleId, project: module.project?.name ?? "" });
  }

  onTestCaseReady(test) {
    if (["skip", "todo"].includes(test.options?.mode)) return;
    this.tell({ event: "test", ...this.placeOf(test.task ?? test) });
  }

  onTestCaseResult(test) {
    this.end(test.task ?? test);
  }

  onTestModuleEnd(module) {
    this.endFile(module.task ?? module);
  }

  // Vitest before 3 tells of nothing earlier; later ones pass over files that cannot be imported.
  onFinished(files, errors) {
    this.finish(files, errors);
  }

  onTestRunEnd(modules, errors) {
    this.finish(modules.map((module) => module.task ?? module), errors);
  }

  finish(files, errors) {
    files.filter((file) => !this.told.has(file.id)).forEach((file) => this.tellOfFile(file));
    for (const error of errors ?? []) this.tell({ event: "error", text: this.errorOf(error).text });
    this.finish = () => {};
  }

  tellOfFile(file) {
    this.tell({ event: "suite", file: file.filepath, project: file.projectName ?? "" });
    const walk = (task) => (task.tasks ? task.tasks.forEach(walk) : this.end(task));
    walk(file);
    this.endFile(file);
  }

  placeOf(task) {
    const groups = [];
    for (let above = task.suite; above && above.type !== undefined && above !== task.file; above = above.suite) {
      if (above.name) groups.unshift(above.name);
    }
    return {
      project: task.file.projectName ?? "",
      file: task.file.filepath,
      line: task.location?.line ?? 0,
      group: groups.join(" › "),
      title: task.name,
    };
  }

  errorOf(error) {
    const first = error.stacks?.[0] ?? error.parsedStacks?.[0];
    const head = `${error.name ?? "Error"}: ${error.message ?? String(error)}`;
    const stack = String(error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line) && !foreign.test(line));
    const diff = error.diff ? `\n${error.diff}` : "";
    return {
      text: shortened([head + diff, ...stack].join("\n")),
      file: first?.file ?? "",
      line: first?.line ?? 0,
    };
  }

  end(task) {
    if (this.told.has(task.id)) return;
    this.told.add(task.id);
    const place = this.placeOf(task);
    const full = [...(place.group ? place.group.split(" › ") : []), place.title].join(" ");
    const result = task.result ?? {};
    const state = result.state === "pass" ? "passed" : result.state === "fail" ? "failed" : "skipped";
    if (state === "skipped" && this.wanted && !this.wanted.test(full)) return;
    const errors = result.errors ?? [];
    const retries = result.retryCount ?? 0;
    for (let retry = 0; retry < retries; ++retry)
      this.attempt(task, place, "failed", errors.slice(retry, retry + 1), retry, 0, "");
    const own = state === "failed" ? errors.slice(Math.min(retries, errors.length - 1)) : [];
    const output = this.output.get(task.id) ?? "";
    this.output.delete(task.id);
    this.attempt(task, place, state, own, retries, result.duration ?? 0, output);
  }

  attempt(task, place, state, errors, retry, duration, output) {
    const text = errors[0]?.message ?? "";
    const timedOut = /^Test timed out in \d+ms/.test(text);
    const asserted = errors.some((error) => error.name === "AssertionError" || error.matcherResult || error.diff);
    this.tell({
      event: "end",
      ...place,
      status: state === "failed" && timedOut ? "timedOut" : state,
      kind: state === "failed" ? (asserted ? "assertion" : "panic") : "",
      retry,
      started: task.result?.startTime ? new Date(task.result.startTime).toISOString() : "",
      duration: duration / 1000,
      reason: task.mode === "todo" ? "todo" : (task.result?.note ?? ""),
      errors: errors.map((error) => this.errorOf(error)),
      output: shortened(output),
    });
  }

  endFile(file) {
    this.told.add(file.id);
    const errors = file.result?.errors ?? [];
    const texts = errors.map((error) => `${error.name}: ${error.message}`).join("\n");
    // What fails while a file is imported is no test's; hooks fail when its tests are known.
    const unbuilt = /SyntaxError|Transform failed|Failed to (load|resolve|parse)|Cannot find (module|package)|PARSE_ERROR/;
    this.tell({
      event: "suite_end",
      project: file.projectName ?? "",
      file: file.filepath,
      kind: errors.length === 0 ? "" : unbuilt.test(texts) ? "build" : "setup",
      errors: errors.map((error) => this.errorOf(error)),
      duration: (file.result?.duration ?? 0) / 1000,
      output: shortened(this.said.get("") ?? ""),
    });
    this.said.delete("");
  }
}
