import { describe, expect, it } from "vitest";
import {
  criticalPath,
  jobGroups,
  needsOf,
  realJobs,
  shortestEdges,
  ticks,
} from "../../src/model/pipeline";
import type { Job } from "../../src/report";

// Seconds since the run began.
const at = (second: number): string => new Date(second * 1000).toISOString();

type More = Partial<Job> & { from?: number; to?: number };

function job(index: number, name: string, more: More): Job {
  const { from, to, ...rest } = more;
  const times = from === undefined ? {} : { started: at(from), finished: at(to ?? from) };
  const id = name.split(" ")[0] ?? "";
  return { index, id, name, needs: [], outputs: {}, steps: [], ...times, ...rest };
}

// lint; test as a matrix of two; build, which calls a workflow for each of two; deploy after all.
const called = (index: number, from: number, name: string, to: number): Job =>
  job(index, "build", { id: "build/binary", name, expandedFrom: from, from: 9, to });
const jobs: Job[] = [
  job(0, "lint", { from: 0, to: 4 }),
  job(1, "test", { expands: true, from: 0, to: 9 }),
  job(2, "build", { expands: true, needs: [1], from: 9, to: 20 }),
  job(3, "deploy", { needs: [0, 2], from: 20, to: 21 }),
  job(4, "test (ubuntu, 1.26)", { expandedFrom: 1, from: 0, to: 9 }),
  job(5, "test (macos, 1.26)", { expandedFrom: 1, from: 0, to: 7 }),
  job(6, "build", { name: "Build a", expands: true, expandedFrom: 2 }),
  job(7, "build", { name: "Build b", expands: true, expandedFrom: 2 }),
  called(8, 6, "Build a / Binary", 20),
  called(9, 7, "Build b / Binary", 12),
];
const names = (list: Job[]): string[] => list.map(({ name }) => name);

describe("the graph of jobs", () => {
  it("has legs and called jobs in the place of what they came from", () => {
    const legs = ["test (ubuntu, 1.26)", "test (macos, 1.26)"];
    const builds = ["Build a / Binary", "Build b / Binary"];
    expect(names(realJobs(jobs))).toEqual(["lint", "deploy", ...legs, ...builds]);
    expect(names(needsOf(jobs, jobs[3] as Job))).toEqual(["lint", ...builds]);
    expect(names(needsOf(jobs, jobs[8] as Job))).toEqual(legs);
  });

  it("finds the chain that decided how long the run took", () => {
    expect(names(criticalPath(jobs))).toEqual([
      "test (ubuntu, 1.26)",
      "Build a / Binary",
      "deploy",
    ]);
  });

  it("groups legs and tells them apart by what differs", () => {
    const groups = jobGroups(jobs).map(({ title, prefix, legs, layer }) => [
      title,
      prefix,
      legs,
      layer,
    ]);
    expect(groups).toEqual([
      ["lint", "", ["lint"], 0],
      ["deploy", "", ["deploy"], 2],
      ["test (…, 1.26)", "", ["ubuntu", "macos"], 0],
      ["Binary", "Build …", ["a", "b"], 1],
    ]);
  });

  it("leaves out edges that a longer way says", () => {
    const chain = [job(0, "a", {}), job(1, "b", { needs: [0] }), job(2, "c", { needs: [0, 1] })];
    const edges = shortestEdges(jobGroups(chain)).map(([from, to]) => `${from.id}-${to.id}`);
    expect(edges).toEqual(["a-b", "b-c"]);
  });

  it("ends for a graph that waits for itself", () => {
    const circle = [
      job(0, "a", { needs: [1], from: 0, to: 1 }),
      job(1, "b", { needs: [0], from: 0, to: 2 }),
    ];
    expect(jobGroups(circle)).toHaveLength(2);
    expect(criticalPath(circle).length).toBeLessThanOrEqual(2);
  });
});

describe("an axis", () => {
  it("has round steps and not too many", () => {
    expect(ticks(39_100, 6)).toEqual([0, 10_000, 20_000, 30_000]);
    expect(ticks(90, 6)).toEqual([0]);
    for (const length of [1, 999, 61_000, 7_200_000, 864_000_000])
      expect(ticks(length, 6).length).toBeLessThanOrEqual(8);
  });
});
