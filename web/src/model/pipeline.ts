// The graph of a run's jobs: what decided its length, and where everything stands when it is drawn.
import type { Job } from "../report";

const time = (text: string | undefined): number => (text ? Date.parse(text) : Number.NaN);

// Jobs that are real, not placeholders for their legs; a placeholder that never got any is one.
export function realJobs(jobs: Job[]): Job[] {
  const parents = new Set(jobs.map((job) => job.expandedFrom));
  return jobs.filter((job) => !job.expands || !parents.has(job.index));
}

// What a job waited for, with the legs of a matrix and the jobs of a called workflow in place of what
// they came from.
export function needsOf(jobs: Job[], job: Job): Job[] {
  const byIndex = new Map(jobs.map((other) => [other.index, other]));
  const parentOf = (child: Job): Job | undefined =>
    child.expandedFrom === undefined ? undefined : byIndex.get(child.expandedFrom);
  let waiting: Job | undefined = job;
  while (waiting && waiting.needs.length === 0) waiting = parentOf(waiting);
  const needs = new Set(waiting?.needs ?? []);
  return realJobs(jobs).filter((other) => {
    let from: Job | undefined = other;
    while (from && !needs.has(from.index)) from = parentOf(from);
    return from !== undefined && other !== job;
  });
}

// The chain of jobs that decided how long the run took, first to last.
export function criticalPath(jobs: Job[]): Job[] {
  const latest = (candidates: Job[]): Job | undefined =>
    candidates
      .filter((job) => job.started && job.finished)
      .reduce<Job | undefined>(
        (best, job) => (!best || time(job.finished) > time(best.finished) ? job : best),
        undefined,
      );
  const path: Job[] = [];
  let job = latest(realJobs(jobs));
  while (job && !path.includes(job)) {
    path.unshift(job);
    job = latest(needsOf(jobs, job));
  }
  return path;
}

// Legs of one matrix stand together; a job alone is a group of one.
export interface JobGroup {
  id: string;
  title: string;
  prefix: string; // of the workflow that calls it: "build / "
  jobs: Job[];
  legs: string[]; // what tells the jobs apart, in their order
  layer: number;
  needs: JobGroup[];
}

// What names have in common at both ends, in whole words.
function commonEnds(names: string[]): [before: string, after: string] {
  const [first = "", ...others] = names;
  let before = 0;
  while (before < first.length && others.every((name) => name[before] === first[before])) before++;
  while (before > 0 && !/[\s(/]/.test(first[before - 1]!)) before--;
  const least = Math.min(...names.map((name) => name.length)) - before;
  let after = 0;
  while (after < least && others.every((name) => name.at(-after - 1) === first.at(-after - 1)))
    after++;
  while (after > 0 && !/[\s),/]/.test(first[first.length - after]!)) after--;
  return [first.slice(0, before), first.slice(first.length - after)];
}

// A group's name, and what tells its legs apart: "test" with "ubuntu" and "macos" for "test (ubuntu)"
// and "test (macos)", "Tests of …" where the legs are named by an expression.
function named(jobs: Job[]): Pick<JobGroup, "title" | "prefix" | "legs"> {
  const names = jobs.map((job) => job.name);
  const [before, after] = names.length > 1 ? commonEnds(names) : [names[0] ?? "", ""];
  const legs = names.map((name) => name.slice(before.length, name.length - after.length) || name);
  const whole =
    names.length === 1
      ? before
      : before.endsWith(" (") && after === ")"
        ? before.slice(0, -2)
        : `${before}…${after}`;
  const at = jobs[0]!.id.includes("/") ? whole.lastIndexOf(" / ") : -1;
  return at < 0
    ? { title: whole, prefix: "", legs }
    : { title: whole.slice(at + 3), prefix: whole.slice(0, at), legs };
}

export function jobGroups(jobs: Job[]): JobGroup[] {
  const groups = new Map<string, JobGroup>();
  const groupOf = new Map<Job, JobGroup>();
  for (const job of realJobs(jobs)) {
    let group = groups.get(job.id);
    if (!group) {
      group = { id: job.id, title: "", prefix: "", jobs: [], legs: [], layer: 0, needs: [] };
      groups.set(job.id, group);
    }
    group.jobs.push(job);
    groupOf.set(job, group);
  }
  for (const group of groups.values()) {
    Object.assign(group, named(group.jobs));
    const needs = new Set(
      group.jobs.flatMap((job) => needsOf(jobs, job)).map((need) => groupOf.get(need)!),
    );
    needs.delete(group);
    group.needs = [...needs];
  }
  placeInLayers([...groups.values()]);
  return [...groups.values()];
}

// A group stands right of everything it needs. A cycle, which no valid run has, ends the search.
function placeInLayers(groups: JobGroup[]): void {
  const depth = (group: JobGroup, above: Set<JobGroup>): number => {
    if (above.has(group)) return 0;
    above.add(group);
    const layer = group.needs.reduce(
      (most, need) => Math.max(most, depths.get(need) ?? depth(need, above)),
      -1,
    );
    above.delete(group);
    depths.set(group, layer + 1);
    return layer + 1;
  };
  const depths = new Map<JobGroup, number>();
  for (const group of groups) group.layer = depths.get(group) ?? depth(group, new Set());
}

// An edge that a longer way says already is left out, so that fifty jobs stay readable.
export function shortestEdges(groups: JobGroup[]): [from: JobGroup, to: JobGroup][] {
  const reach = new Map<JobGroup, Set<JobGroup>>();
  for (const group of [...groups].sort((a, b) => a.layer - b.layer)) {
    const all = new Set<JobGroup>();
    for (const need of group.needs) {
      all.add(need);
      for (const further of reach.get(need) ?? []) all.add(further);
    }
    reach.set(group, all);
  }
  return groups.flatMap((to) =>
    to.needs
      .filter((from) => !to.needs.some((other) => other !== from && reach.get(other)?.has(from)))
      .map((from): [JobGroup, JobGroup] => [from, to]),
  );
}

export interface Span {
  from: number;
  to: number;
}

// When a job ran, in milliseconds since the run began; undefined where it did not.
export function spanOf(
  record: { started?: string; finished?: string },
  origin: number,
  end: number,
): Span | undefined {
  if (!record.started) return undefined;
  const from = time(record.started) - origin;
  return { from, to: Math.max(from, record.finished ? time(record.finished) - origin : end) };
}

// Round steps for an axis: at most `most` ticks from 0 to `length` milliseconds.
export function ticks(length: number, most: number): number[] {
  const steps = [
    100, 200, 500, 1e3, 2e3, 5e3, 1e4, 15e3, 3e4, 6e4, 12e4, 3e5, 6e5, 9e5, 18e5, 36e5, 72e5,
  ];
  const step = steps.find((candidate) => length / candidate <= most) ?? Math.ceil(length / most);
  const list: number[] = [];
  for (let at = 0; at <= length; at += step) list.push(at);
  return list;
}
