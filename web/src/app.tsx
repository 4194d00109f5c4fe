// The page: navigation, the view that the address names, and the keys.
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { branchOf, count } from "./format";
import { type Logs as OpenLogs, openLogs } from "./logs/client";
import { attentionOf, isSevere, scansOf } from "./model/attention";
import { realJobs } from "./model/pipeline";
import { testRows } from "./model/tests";
import type { Parts } from "./page";
import { Glyph } from "./parts/marks";
import { ThemeButton } from "./parts/theme_button";
import type { Report } from "./report";
import { address, useRoute, VIEWS, type View } from "./route";
import { useTheme } from "./theme";
import { Coverage } from "./views/coverage";
import { Findings } from "./views/findings";
import { Gate } from "./views/gate";
import { hasLoad, Load } from "./views/load";
import { Logs } from "./views/logs";
import { Overview } from "./views/overview";
import { Pipeline } from "./views/pipeline";
import { Tests } from "./views/tests";

const NAMES: Record<View, string> = {
  overview: "Overview",
  pipeline: "Pipeline",
  tests: "Tests",
  coverage: "Coverage",
  findings: "Findings",
  load: "Load",
  gate: "Gate",
  logs: "Logs",
};

// A view without records is not in the navigation; the overview says what was not looked at.
function viewsOf(report: Report, rows: number): View[] {
  const shown: Partial<Record<View, boolean>> = {
    tests: rows > 0,
    coverage: report.coverage !== null,
    findings: scansOf(report).length > 0,
    load: hasLoad(report),
    gate: report.gate !== null,
  };
  return VIEWS.filter((view) => shown[view] ?? true);
}

export function App({ report, parts }: { report: Report; parts: Parts }): JSX.Element {
  const route = useRoute(report.view);
  const [theme, nextTheme] = useTheme();
  const [logs, setLogs] = useState<OpenLogs | null>();
  const [help, setHelp] = useState(false);
  const rows = useMemo(() => testRows(report), [report]);
  const attention = useMemo(() => attentionOf(report, rows), [report, rows]);
  const views = useMemo(() => viewsOf(report, rows.length), [report, rows]);
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    void openLogs(parts).then(setLogs);
  }, [parts]);
  const { view } = route;
  const rest = route.rest.join("/");
  useEffect(() => {
    document.title = `${NAMES[view]} – ${report.run.workflow || report.run.title} #${report.run.number}`;
    scrollTo(0, 0);
    if (location.hash !== "")
      main.current?.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
  }, [view, report]);
  useEffect(() => {
    document.getElementById(`${view}/${rest}`)?.scrollIntoView({ block: "center" });
  }, [view, rest]);
  useKeys(views, nextTheme, () => setHelp((shown) => !shown));
  const badges: Partial<Record<View, [text: string, bad: boolean]>> = {
    overview: [attention.length ? count(attention.length) : "", attention.length > 0],
    pipeline: badge(realJobs(report.run.jobs).filter((job) => job.result === "failure").length),
    tests: badge(rows.filter((row) => row.status === "failed").length),
    findings: badge(
      scansOf(report).reduce((sum, scan) => sum + (scan.findings ?? []).filter(isSevere).length, 0),
    ),
    gate: badge(
      report.gate?.conditions.filter(({ state }) => state === "failed" || state === "missing")
        .length ?? 0,
    ),
  };
  return (
    <>
      {/* biome-ignore lint/a11y/useValidAnchor: it moves the focus, which the address cannot */}
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        Skip to content
      </a>
      <div class="frame">
        <header class="side">
          <a class="brand" href={address("overview")}>
            <Glyph state={report.run.state} />
            <span>
              <b>{report.run.workflow || report.run.title}</b>
              <small>
                #{report.run.number} on {branchOf(report.run.ref)}
              </small>
            </span>
          </a>
          <nav aria-label="Views">
            {views.map((name, place) => (
              <a key={name} href={address(name)} aria-current={view === name ? "page" : undefined}>
                <kbd>{place + 1}</kbd>
                <span>{NAMES[name]}</span>
                {badges[name]?.[0] && (
                  <em class={badges[name][1] ? "bad" : ""}>{badges[name][0]}</em>
                )}
              </a>
            ))}
          </nav>
          <div class="foot">
            <ThemeButton theme={theme} next={nextTheme} />
            <button type="button" onClick={() => setHelp(true)}>
              Keys <kbd>?</kbd>
            </button>
          </div>
        </header>
        <main id="main" tabIndex={-1} ref={main}>
          {view === "overview" && <Overview report={report} rows={rows} attention={attention} />}
          {view === "pipeline" && <Pipeline report={report} rest={route.rest} />}
          {view === "tests" && (
            <Tests report={report} rows={rows} parts={parts} rest={route.rest} />
          )}
          {view === "coverage" && <Coverage report={report} parts={parts} rest={route.rest} />}
          {view === "findings" && <Findings report={report} />}
          {view === "load" && <Load report={report} parts={parts} />}
          {view === "gate" && <Gate report={report} />}
          {view === "logs" && <Logs report={report} logs={logs} rest={route.rest} />}
          <footer class="about">
            {report.repository}, reported by crema {report.crema} at{" "}
            {report.generated.replace("T", " ").replace(/\.\d+Z$/, " UTC")}
          </footer>
        </main>
      </div>
      {help && <Keys views={views} close={() => setHelp(false)} />}
    </>
  );
}

const badge = (number: number): [string, boolean] => [number ? count(number) : "", number > 0];

function useKeys(views: View[], nextTheme: () => void, toggleHelp: () => void): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const target = event.target as HTMLElement;
      const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
      if (event.key === "Escape" && typing) target.blur();
      if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
      const view = views[Number(event.key) - 1];
      if (view) location.hash = address(view);
      else if (event.key === "/") document.querySelector<HTMLElement>("[data-search]")?.focus();
      else if (event.key === "t") nextTheme();
      else if (event.key === "?") toggleHelp();
      else if (event.key === "j" || event.key === "k") moveInRows(event.key === "j" ? 1 : -1);
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  });
}

// From row to row of the lists that are on the page.
function moveInRows(by: number): void {
  const rows = [
    ...document.querySelectorAll<HTMLElement>("main .rows a, main .rows summary, main .file-row"),
  ];
  const at = rows.indexOf(document.activeElement as HTMLElement);
  rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by]?.focus();
}

function Keys({ views, close }: { views: View[]; close: () => void }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const keys: [string, string][] = [
    ...views.map((view, place): [string, string] => [String(place + 1), NAMES[view]]),
    ["/", "search in this view"],
    ["j k", "next and previous row"],
    ["t", "colours: system, light, dark"],
    ["?", "this list"],
  ];
  return (
    <dialog ref={dialog} onClose={close} aria-labelledby="keys">
      <h2 id="keys">Keys</h2>
      <dl>
        {keys.map(([key, meaning]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <button type="button" onClick={() => dialog.current?.close()}>
        Close
      </button>
    </dialog>
  );
}
