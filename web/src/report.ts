// The document of a report, as docs/report.md describes it. Views know these types and nothing of
// where a document came from.

export type Outcome = "success" | "failure" | "cancelled" | "skipped";
export type RunState = "running" | "success" | "failure" | "cancelled" | "interrupted";

export interface Step {
  index: number;
  id: string;
  name: string;
  started?: string;
  finished?: string;
  outcome?: Outcome;
  conclusion?: Outcome;
  exitCode: number;
  reason?: string;
}

export interface Job {
  index: number;
  id: string;
  name: string;
  needs: number[];
  expands?: boolean;
  expandedFrom?: number;
  started?: string;
  finished?: string;
  result?: Outcome;
  reason?: string;
  outputs: Record<string, string>;
  steps: Step[];
}

export interface Annotation {
  job: number;
  step: number;
  level: "notice" | "warning" | "error";
  message: string;
  title?: string;
  file?: string;
  line?: number;
}

export interface Summary {
  job: number;
  step: number;
  markdown: string;
}

export interface Artifact {
  id: number;
  name: string;
  files: number;
  bytes: number;
  digest: string;
}

export interface RunHead {
  number: number;
  state: RunState;
  workflow: string;
  path: string;
  event: string;
  ref: string;
  sha: string;
  title: string;
  started: string;
  finished?: string;
}

export interface Run extends RunHead {
  jobs: Job[];
  annotations: Annotation[];
  summaries: Summary[];
  artifacts: Artifact[];
  remarks: { code: string; message: string }[];
}

export interface RecentRun extends RunHead {
  tests?: { passed: number; failed: number; skipped: number; flaky: number };
}

export interface Origin {
  run?: number;
  job?: string;
  step?: string;
  commit?: string;
  branch?: string;
  time?: string;
}

export type TestOutcome = "passed" | "failed" | "skipped";

export interface TestAttempt {
  outcome: TestOutcome;
  kind?: string;
  duration?: number;
  output?: string;
}

export interface TestCase {
  name: string;
  group?: string;
  outcome: TestOutcome;
  kind?: string;
  duration?: number;
  message?: string;
  output?: string;
  file?: string;
  line?: number;
  earlier?: TestAttempt[];
  attachments?: { name: string; type?: string; path: string }[];
}

export interface TestSuite {
  kind: "test_suite";
  origin: Origin;
  name: string;
  framework?: string;
  project?: string;
  part?: string;
  outcome: TestOutcome;
  kind_of_failure?: string;
  duration?: number;
  cached?: boolean;
  message?: string;
  output?: string;
  cases?: TestCase[];
}

export type Severity = "note" | "low" | "medium" | "high" | "critical";

export interface Location {
  path: string;
  line?: number;
  column?: number;
  message?: string;
}

export interface Finding {
  rule: string;
  rule_name?: string;
  aliases?: string[];
  family?: string;
  severity: Severity;
  confidence?: string;
  reach?: string;
  exploited?: boolean;
  published?: string;
  subject?: string;
  fix?: { text?: string; package?: string; version?: string };
  incident?: string;
  scanner?: string;
  message: string;
  help?: string;
  help_uri?: string;
  locations?: Location[];
  fingerprint?: string;
  state?: "new" | "known" | "suppressed";
  suppressions?: { by?: string; reason?: string; until?: string }[];
}

export interface Scan {
  kind: "scan";
  origin: Origin;
  scanner: string;
  version?: string;
  family?: string;
  target?: string;
  files?: number;
  data?: string;
  complete?: boolean;
  message?: string;
  not_scanned?: { path: string; code?: string; reason?: string }[];
  findings?: Finding[];
}

export interface LoadRun {
  kind: "load_run";
  origin: Origin;
  script?: string;
  duration?: number;
  requests?: number;
  failed?: number;
  requests_per_second?: number;
  percentiles?: Record<string, number>;
  thresholds?: { metric: string; condition: string; passed?: boolean }[];
  valid?: boolean;
  message?: string;
  document?: string;
}

export interface Deployment {
  kind: "deployment";
  origin: Origin;
  environment?: string;
  service?: string;
  version?: string;
  strategy?: string;
  state?: string;
  started?: string;
  finished?: string;
  message?: string;
}

export interface HealthCheck {
  kind: "health_check";
  origin: Origin;
  service?: string;
  target?: string;
  healthy?: boolean;
  duration?: number;
  message?: string;
}

export interface Timing {
  kind: "timing";
  origin: Origin;
  stage: string;
  duration?: number;
}

export interface Image {
  kind: "image";
  origin: Origin;
  name: string;
  digest?: string;
  bytes?: number;
  created?: string;
}

export type EvidenceRecord = TestSuite | Scan | LoadRun | Deployment | HealthCheck | Timing | Image;

export type GateState = "passed" | "failed" | "missing" | "not looked at" | "waived";

export interface GateCondition {
  condition: string;
  wanted: string;
  actual: string;
  state: GateState;
  source: string;
  details: string[];
}

export interface Waiver {
  condition: string;
  reason: string;
  owner: string;
  until: string;
  used: boolean;
  expired: boolean;
}

export interface Gate {
  passed: boolean;
  conditions: GateCondition[];
  waivers: Waiver[];
}

export type Total = [covered: number, statements: number];

export interface CoverageFile {
  path: string;
  service: string;
  total: Total;
  fresh?: Total;
  source?: "changed" | "missing" | "left_out";
}

export interface Coverage {
  total: Total;
  fresh?: Total;
  tools: string[];
  parts: string[];
  services: { name: string; total: Total; fresh?: Total }[];
  files: CoverageFile[];
  leftOut: { path: string; why: string }[];
}

// The part "source-N" of the file at place N.
export interface Source {
  lines: string;
  fresh: number[];
  functions: [name: string, line: number, endLine: number, covered: number, statements: number][];
  text?: string;
}

// The part "functions": of all files, `file` being a place in `coverage.files`.
export type FunctionRow = [
  file: number,
  name: string,
  line: number,
  covered: number,
  statements: number,
];

export interface TestHistory {
  project: string;
  suite: string;
  name: string;
  results: [run: number, outcome: "p" | "f" | "s" | "k", seconds: number, commit: string][];
}

export interface Medium {
  artifact: string;
  path: string;
  type: string;
  bytes: number;
  embedded: boolean;
}

export interface Report {
  schema: 1;
  crema: string;
  generated: string;
  view?: string;
  repository: string;
  run: Run;
  recent: RecentRun[];
  history: TestHistory[];
  gate: Gate | null;
  coverage: Coverage | null;
  media: Medium[];
  // The part "load-N" is the document of that name, "load-N-baseline" what it is compared with.
  loads: { document: string; baseline: boolean }[];
  notes: string[];
  records: EvidenceRecord[];
}

// The index of the logs: every line of every step has one number in the whole run.
export interface LogStep {
  job: number;
  step: number;
  first: number;
  lines: number;
  groups: [from: number, to: number][];
  errors: number[];
  leftOut?: [after: number, lines: number];
}

export interface LogIndex {
  lines: number;
  bytes: number;
  parts: [first: number, lines: number, bytes: number][];
  steps: LogStep[];
}
