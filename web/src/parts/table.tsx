// A table in a panel that scrolls when it is wider than the page; a heading that starts with # is over
// numbers.
import type { ComponentChildren, JSX } from "preact";

export function Table({
  heads,
  children,
}: {
  heads: string[];
  children: ComponentChildren;
}): JSX.Element {
  return (
    <div class="panel scroll-x">
      <table class="table">
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} class={head.startsWith("#") ? "number" : ""}>
                {head.replace(/^#/, "")}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
