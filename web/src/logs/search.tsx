// Lines of all logs that have a text in them.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { count, counted } from "../format";
import type { LogStep, Run } from "../report";
import { address } from "../route";
import type { Logs } from "./client";
import { type Hit, placeOf, type SearchResult } from "./store";

interface Found {
  query: string;
  result: SearchResult;
  milliseconds: number;
}

export function useSearch(logs: Logs, query: string): Found | undefined {
  const [found, setFound] = useState<Found>();
  useEffect(() => {
    if (query === "") {
      setFound(undefined);
      return;
    }
    const began = performance.now();
    void logs.search(query).then((result) => {
      if (result) setFound({ query, result, milliseconds: performance.now() - began });
    });
  }, [logs, query]);
  return query === "" ? undefined : found;
}

interface StepHits {
  step: LogStep;
  hits: Hit[];
  total: number;
}

function bySteps(result: SearchResult, steps: LogStep[]): StepHits[] {
  const firsts = steps.map((step) => step.first);
  const groups = new Map<LogStep, StepHits>();
  const groupOf = (line: number): StepHits => {
    const step = steps[placeOf(firsts, line)]!;
    const group = groups.get(step) ?? { step, hits: [], total: 0 };
    groups.set(step, group);
    return group;
  };
  for (const line of result.lines) groupOf(line).total++;
  for (const hit of result.hits) groupOf(hit.line).hits.push(hit);
  return [...groups.values()];
}

export function SearchResults({
  logs,
  run,
  found,
}: {
  logs: Logs;
  run: Run;
  found: Found;
}): JSX.Element {
  const { result } = found;
  const groups = bySteps(result, logs.index.steps);
  return (
    <div class="search-results">
      <p class="note" role="status" data-milliseconds={Math.round(found.milliseconds)}>
        {result.total === 0
          ? "No line has this in it."
          : `${counted(result.total, "line")} in ${counted(groups.length, "step")}, ${Math.max(1, Math.round(found.milliseconds))} ms`}
        {result.total > result.hits.length && `; the first ${count(result.hits.length)} are shown`}
      </p>
      {groups.map(({ step, hits, total }) => {
        const job = run.jobs.find((candidate) => candidate.index === step.job);
        const name = job?.steps.find((candidate) => candidate.index === step.step)?.name;
        return (
          <section key={step.first}>
            <h3>
              <a href={address("logs", String(step.job), String(step.step))}>
                {job?.name} › {name}
              </a>
              <span class="note">{count(total)}</span>
            </h3>
            <ul>
              {hits.map((hit) => (
                <li key={hit.line}>
                  <a
                    href={address(
                      "logs",
                      String(step.job),
                      String(step.step),
                      String(hit.line - step.first + 1),
                    )}
                  >
                    <span class="at">{count(hit.line - step.first + 1)}</span>
                    <span class="text">
                      {hit.text.slice(0, hit.from)}
                      <mark>{hit.text.slice(hit.from, hit.to)}</mark>
                      {hit.text.slice(hit.to)}
                    </span>
                  </a>
                </li>
              ))}
            </ul>
          </section>
        );
      })}
    </div>
  );
}
