// Coverage as a tree of folders, each with the sum of what lies below it.
import type { Coverage, Total } from "../report";

export interface CoverageNode {
  name: string;
  path: string;
  total: Total;
  fresh: Total;
  children: CoverageNode[];
  file: number; // its place in `coverage.files`; -1: a folder
}

const add = (into: Total, part: Total | undefined): void => {
  if (!part) return;
  into[0] += part[0];
  into[1] += part[1];
};

export const ratio = (total: Total): number => (total[1] === 0 ? 1 : total[0] / total[1]);

export type Grade = "good" | "fair" | "poor";

// Where a bar changes its colour: the gate's usual 80 %, and half.
export function grade(total: Total): Grade {
  const share = ratio(total);
  return share >= 0.8 ? "good" : share >= 0.5 ? "fair" : "poor";
}

export function coverageTree(coverage: Coverage): CoverageNode {
  const root: CoverageNode = node("", "", -1);
  const folders = new Map<string, CoverageNode>([["", root]]);
  const folder = (path: string): CoverageNode => {
    const known = folders.get(path);
    if (known) return known;
    const slash = path.lastIndexOf("/");
    const made = node(path.slice(slash + 1), path, -1);
    folders.set(path, made);
    folder(slash < 0 ? "" : path.slice(0, slash)).children.push(made);
    return made;
  };
  coverage.files.forEach((file, index) => {
    const slash = file.path.lastIndexOf("/");
    const parent = folder(slash < 0 ? "" : file.path.slice(0, slash));
    const leaf = node(file.path.slice(slash + 1), file.path, index);
    add(leaf.total, file.total);
    add(leaf.fresh, file.fresh);
    parent.children.push(leaf);
  });
  sum(root);
  return root;
}

function node(name: string, path: string, file: number): CoverageNode {
  return { name, path, total: [0, 0], fresh: [0, 0], children: [], file };
}

// A folder with nothing but one folder in it is shown as one: "internal/orders".
function sum(at: CoverageNode): void {
  at.children.forEach((child, index) => {
    let only = child;
    let name = child.name;
    while (only.file < 0 && only.children.length === 1 && only.children[0]!.file < 0) {
      only = only.children[0]!;
      name += `/${only.name}`;
    }
    if (only !== child) {
      only.name = name;
      at.children[index] = only;
    }
    if (only.file < 0) sum(only);
    add(at.total, only.total);
    add(at.fresh, only.fresh);
  });
  at.children.sort((a, b) => Number(a.file >= 0) - Number(b.file >= 0) || compare(a, b));
}

const compare = (a: CoverageNode, b: CoverageNode): number => a.name.localeCompare(b.name);

export type LineMark = "" | "covered" | "partial" | "uncovered";

export function lineMark(lines: string, line: number): LineMark {
  const letter = lines[line - 1];
  return letter === "c"
    ? "covered"
    : letter === "p"
      ? "partial"
      : letter === "u"
        ? "uncovered"
        : "";
}

// Where to jump to: the first line of each stretch of lines that did not run.
export function uncoveredStretches(lines: string): number[] {
  const starts: number[] = [];
  for (let i = 0; i < lines.length; i++) {
    if (lines[i] === "u" && lines[i - 1] !== "u") starts.push(i + 1);
  }
  return starts;
}
