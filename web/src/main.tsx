// Draws the run that the page holds.
import { render } from "preact";
import { App } from "./app";
import { pageParts, readReport } from "./page";
import "./styles/base.css";
import "./styles/parts.css";
import "./styles/views.css";
import "./styles/logs.css";

const root = document.getElementById("app")!;
root.replaceChildren();
render(<App report={readReport()} parts={pageParts} />, root);
