// Colours of terminals: a line with escape sequences as pieces of text, each with its classes.

export interface Piece {
  text: string;
  classes: string; // "ansi-1 bold"
  colour?: string; // one of the 240 that have no name, "#ff8700"
}

// Everything a program sends to a terminal that is no text: CSI, OSC (also links), single escapes.
const SEQUENCE =
  /\x1b(?:\[([0-9;:]*)([@-~])|\[[^@-~\n]*[@-~]|\][^\x07\x1b\n]*(?:\x07|\x1b\\|$)|[ -/]*[0-~])/gm;

const BASIC = 16;

interface Pen {
  colour: number | string | undefined;
  bold: boolean;
  dim: boolean;
  italic: boolean;
  underline: boolean;
}

const PLAIN: Pen = { colour: undefined, bold: false, dim: false, italic: false, underline: false };

export function plainText(line: string): string {
  return line.includes("\x1b") ? line.replace(SEQUENCE, "") : line;
}

// What is left on the screen of a line that was written over: the text after the last return.
export function lastWriting(line: string): string {
  const end = line.endsWith("\r") ? line.slice(0, -1) : line;
  const at = end.lastIndexOf("\r");
  return at < 0 ? end : end.slice(at + 1);
}

function colourOf(index: number): number | string {
  if (index < BASIC) return index;
  const hex = (value: number): string => value.toString(16).padStart(2, "0");
  if (index >= 232) {
    const grey = hex(8 + (index - 232) * 10);
    return `#${grey}${grey}${grey}`;
  }
  const cube = index - BASIC;
  const level = (value: number): string => hex(value === 0 ? 0 : 55 + value * 40);
  return `#${level(Math.floor(cube / 36))}${level(Math.floor(cube / 6) % 6)}${level(cube % 6)}`;
}

// 38;5;N and 38;2;R;G;B. Gives the colour and how many codes it took.
function extended(codes: number[], at: number): [number | string | undefined, number] {
  if (codes[at + 1] === 5) return [colourOf(Math.min(255, codes[at + 2] ?? 0)), 2];
  if (codes[at + 1] !== 2) return [undefined, 0];
  const channel = (place: number): string =>
    Math.min(255, codes[at + place] ?? 0)
      .toString(16)
      .padStart(2, "0");
  return [`#${channel(2)}${channel(3)}${channel(4)}`, 4];
}

function apply(pen: Pen, parameters: string): Pen {
  const codes = parameters.split(/[;:]/).map((code) => Number(code) || 0);
  let next = { ...pen };
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    if (code === 0) next = { ...PLAIN };
    else if (code === 1) next.bold = true;
    else if (code === 2) next.dim = true;
    else if (code === 3) next.italic = true;
    else if (code === 4) next.underline = true;
    else if (code === 22) next.bold = next.dim = false;
    else if (code === 23) next.italic = false;
    else if (code === 24) next.underline = false;
    else if (code >= 30 && code <= 37) next.colour = code - 30;
    else if (code >= 90 && code <= 97) next.colour = code - 90 + 8;
    else if (code === 39) next.colour = undefined;
    else if (code === 38 || code === 48) {
      const [colour, taken] = extended(codes, i);
      if (code === 38) next.colour = colour;
      i += taken;
    }
  }
  return next;
}

function pieceOf(text: string, pen: Pen): Piece {
  const classes = [
    typeof pen.colour === "number" ? `ansi-${pen.colour}` : "",
    pen.bold ? "bold" : "",
    pen.dim ? "dim" : "",
    pen.italic ? "italic" : "",
    pen.underline ? "underline" : "",
  ];
  const piece: Piece = { text, classes: classes.filter(Boolean).join(" ") };
  if (typeof pen.colour === "string") piece.colour = pen.colour;
  return piece;
}

export function ansiPieces(raw: string): Piece[] {
  const line = lastWriting(raw);
  if (!line.includes("\x1b")) return line === "" ? [] : [{ text: line, classes: "" }];
  const pieces: Piece[] = [];
  let pen = PLAIN;
  let from = 0;
  for (const match of line.matchAll(SEQUENCE)) {
    if (match.index > from) pieces.push(pieceOf(line.slice(from, match.index), pen));
    from = match.index + match[0].length;
    if (match[2] === "m") pen = apply(pen, match[1] ?? "");
  }
  if (from < line.length) pieces.push(pieceOf(line.slice(from), pen));
  return pieces;
}
