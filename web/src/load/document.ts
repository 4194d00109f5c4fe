// What a load test has measured, as docs/load.md describes it. Latencies are milliseconds, shares
// fractions, times seconds.

export interface Second {
  t: number; // since the second in which the scenarios began
  users?: number;
  requests?: number;
  failed?: number;
  iterations?: number;
  dropped?: number;
  checks_failed?: number;
  sent?: number;
  received?: number;
  p50?: number;
  p95?: number;
  p99?: number;
  max?: number;
  intended_p95?: number;
  heat?: number[]; // cell, count, cell, count, ...
  failures?: number[]; // code, count, code, count, ...
}

export interface Tally {
  requests: number;
  failed: number;
  avg?: number;
  p50?: number;
  p95?: number;
  p99?: number;
  max?: number;
}

export interface Scenario extends Tally {
  name: string;
  executor: string;
  share: number;
  users: number;
  start: number;
  duration: number;
  iterations: number;
  dropped: number;
}

export interface RequestRow extends Tally {
  scenario: string;
  name: string;
  method: string;
}

export interface Check {
  group: string;
  name: string;
  passed: number;
  failed: number;
}

export interface Threshold {
  metric: string;
  condition: string;
  passed: boolean;
  sign: string;
  limit: number;
  unit: "ms" | "bytes" | "share" | "";
  value?: number;
}

interface MetricHead {
  name: string;
  contains: "default" | "time" | "data";
}
export type Metric = MetricHead &
  (
    | { type: "counter"; count: number }
    | { type: "gauge"; value: number; min: number; max: number }
    | { type: "rate"; passed: number; total: number }
    | {
        type: "trend";
        count: number;
        avg: number;
        min: number;
        p50: number;
        p90: number;
        p95: number;
        p99: number;
        max: number;
      }
  );

export interface LoadState {
  schema: 1;
  script: string;
  started: string;
  from: number; // the second of `t` 0, since 1970
  elapsed: number;
  planned: number;
  users: number;
  most_users: number;
  interrupted: number;
  exit?: number; // none while it runs
  metrics: Metric[];
  scenarios: Scenario[];
  requests: RequestRow[];
  checks: Check[];
  thresholds: Threshold[];
  generator?: {
    cpu: string;
    cores: number;
    cpu_share: number;
    steal_share: number;
    loop_lag_p99_ms: number;
  };
  breaches?: { code: string; message: string; hint: string }[];
}

export interface LoadDocument extends LoadState {
  seconds: Second[];
}

export type Verdict = "fine" | "improvement" | "inconclusive" | "regression" | "invalid";

export interface MetricVerdict {
  series: string;
  metric: string;
  margin: number;
  verdict: Verdict;
  base?: number;
  new?: number;
  change?: number;
  low?: number;
  high?: number;
  more_seconds?: number;
  why?: string;
}

export interface Breach {
  code: string;
  message: string;
  hint: string;
}

export interface Comparison {
  verdict: Verdict;
  base_seconds: number;
  new_seconds: number;
  confidence: number;
  metrics: MetricVerdict[];
  invalid: { base: Breach[]; new: Breach[]; pair: Breach[] };
  remarks: string[];
}

export interface Baseline {
  name: string;
  commit?: string;
  seconds: Second[];
  comparison?: Comparison;
}

// What a page of one test alone begins with.
export interface LoadHead {
  schema: 1;
  crema: string;
  generated: string;
  title: string;
  live: boolean;
}
