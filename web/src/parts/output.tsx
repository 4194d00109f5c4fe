// What a program printed, with its colours.
import type { JSX } from "preact";
import { ansiPieces, type Piece } from "../model/ansi";

export function Pieces({ pieces }: { pieces: Piece[] }): JSX.Element {
  return (
    <>
      {pieces.map((piece, place) =>
        piece.classes || piece.colour ? (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: pieces of a line never move
            key={place}
            class={piece.classes}
            style={piece.colour ? { color: piece.colour } : {}}
          >
            {piece.text}
          </span>
        ) : (
          piece.text
        ),
      )}
    </>
  );
}

export function Output({ text, label }: { text: string; label: string }): JSX.Element {
  const lines = text.replace(/\n+$/, "").split("\n");
  return (
    <pre class="output" tabIndex={0} role="group" aria-label={label}>
      {lines.map((line, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines of a text never move
        <div key={place}>
          <Pieces pieces={ansiPieces(line)} />
          {"\n"}
        </div>
      ))}
    </pre>
  );
}
