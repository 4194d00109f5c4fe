// The graph of a run's jobs: what waits for what, and the path that decided how long the run took.
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { duration, secondsBetween } from "../format";
import { type JobGroup, jobGroups, shortestEdges } from "../model/pipeline";
import { Glyph } from "../parts/marks";
import type { Job } from "../report";
import { address } from "../route";

const CARD = 208;
const GAP = 44;
const HEAD = 38;
const LEG = 24;
const BETWEEN = 14;
const MOST_LEGS = 12;

interface Placed {
  group: JobGroup;
  x: number;
  y: number;
  height: number;
}

const legsShown = (group: JobGroup): number =>
  group.jobs.length < 2
    ? 0
    : Math.min(group.jobs.length, MOST_LEGS) + Number(group.jobs.length > MOST_LEGS);

const heightOf = (group: JobGroup): number =>
  HEAD + (group.prefix ? 14 : 0) + (legsShown(group) ? legsShown(group) * LEG + 6 : 0);

// Columns by layer; within one, no higher than what a group waits for, so that edges run free.
function placed(groups: JobGroup[]): Placed[] {
  const places = new Map<JobGroup, Placed>();
  const layers = Math.max(...groups.map((group) => group.layer)) + 1;
  for (let layer = 0; layer < layers; layer++) {
    const middle = (group: JobGroup): number => {
      const needs = group.needs
        .map((need) => places.get(need))
        .filter((place) => place !== undefined);
      return needs.reduce((sum, place) => sum + place.y, 0) / (needs.length || 1);
    };
    let y = 0;
    const column = groups.filter((group) => group.layer === layer);
    if (layer > 0) column.sort((a, b) => middle(a) - middle(b));
    for (const group of column) {
      const height = heightOf(group);
      if (layer > 0) y = Math.max(y, middle(group));
      places.set(group, { group, x: layer * (CARD + GAP), y, height });
      y += height + BETWEEN;
    }
  }
  return [...places.values()];
}

export function Graph({ jobs, path }: { jobs: Job[]; path: Set<Job> }): JSX.Element {
  const { places, edges, width, height } = useMemo(() => {
    const groups = jobGroups(jobs);
    const all = groups.length ? placed(groups) : [];
    const of = new Map(all.map((place) => [place.group, place]));
    return {
      places: all,
      edges: shortestEdges(groups).map(([from, to]): [Placed, Placed] => [
        of.get(from)!,
        of.get(to)!,
      ]),
      width: Math.max(0, ...all.map((place) => place.x + CARD)),
      height: Math.max(0, ...all.map((place) => place.y + place.height)),
    };
  }, [jobs]);
  const onPath = (group: JobGroup): boolean => group.jobs.some((job) => path.has(job));
  return (
    <div class="panel graph" tabIndex={0} role="group" aria-label="Graph of jobs">
      <div class="canvas" style={{ width: `${width}px`, height: `${height}px` }}>
        <svg width={width} height={height} aria-hidden="true">
          {edges.map(([from, to]) => {
            const x1 = from.x + CARD;
            const y1 = from.y + HEAD / 2;
            const y2 = to.y + HEAD / 2;
            const bend = (to.x - x1) / 2;
            const marked = onPath(from.group) && onPath(to.group);
            return (
              <path
                key={`${from.group.id} ${to.group.id}`}
                class={marked ? "critical" : ""}
                d={`M${x1} ${y1}C${x1 + bend} ${y1} ${to.x - bend} ${y2} ${to.x} ${y2}`}
              />
            );
          })}
        </svg>
        {places.map((place) => (
          <Card key={place.group.id} place={place} path={path} />
        ))}
      </div>
    </div>
  );
}

export const jobTime = (job: Job): string => duration(secondsBetween(job.started, job.finished));

function Card({ place: { group, ...at }, path }: { place: Placed; path: Set<Job> }): JSX.Element {
  const alone = group.jobs.length === 1;
  const first = group.jobs[0]!;
  const worst =
    group.jobs.find((job) => job.result === "failure") ??
    group.jobs.find((job) => job.result !== "success") ??
    first;
  const critical = group.jobs.some((job) => path.has(job));
  const longest = Math.max(
    ...group.jobs.map((job) => secondsBetween(job.started, job.finished) ?? 0),
  );
  return (
    <div
      class={critical ? "card critical" : "card"}
      style={{ left: `${at.x}px`, top: `${at.y}px`, width: `${CARD}px`, height: `${at.height}px` }}
    >
      <a class="job" href={address("pipeline", `job-${worst.index}`)} title={first.name}>
        {group.prefix && <span class="prefix">{group.prefix}</span>}
        <span class="line">
          <Glyph state={worst.result} />
          <span class="name">{group.title}</span>
          <span class="time">{alone ? jobTime(first) : duration(longest)}</span>
        </span>
      </a>
      {!alone &&
        group.jobs.slice(0, MOST_LEGS).map((job, place) => (
          <a
            key={job.index}
            class={path.has(job) ? "leg critical" : "leg"}
            href={address("pipeline", `job-${job.index}`)}
            title={job.name}
          >
            <Glyph state={job.result} />
            <span class="name">{group.legs[place]}</span>
            <span class="time">{jobTime(job)}</span>
          </a>
        ))}
      {group.jobs.length > MOST_LEGS && (
        <span class="leg rest">and {group.jobs.length - MOST_LEGS} more, in the timeline</span>
      )}
    </div>
  );
}
