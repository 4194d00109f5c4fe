// Draws the run, or the load test, that the page holds.
import { render } from "preact";
import { App } from "./app";
import { LoadApp } from "./load/app";
import { pageParts, readLoadHead, readReport } from "./page";
import "./styles/base.css";
import "./styles/parts.css";
import "./styles/views.css";
import "./styles/logs.css";
import "./styles/load.css";

const root = document.getElementById("app")!;
root.replaceChildren();
const head = readLoadHead();
render(
  head ? (
    <LoadApp head={head} parts={pageParts} />
  ) : (
    <App report={readReport()} parts={pageParts} />
  ),
  root,
);
