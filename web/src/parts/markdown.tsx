// Summaries that steps have written, as GitHub shows them: Markdown, and of HTML only tags that
// cannot do anything. Pictures of other places become links: this page asks nobody for anything.
import MarkdownIt from "markdown-it";
import type { JSX } from "preact";

const HARMLESS =
  /^<\/?(?:details|summary|br|hr|b|i|em|strong|code|pre|kbd|sub|sup|p|div|h[1-6]|ul|ol|li|table|thead|tbody|tr|th|td)\s*\/?>$/i;

const markdown = new MarkdownIt({ html: true, linkify: false });
const { escapeHtml } = markdown.utils;

const cleaned = (html: string): string =>
  html
    .split(/(<[^<>]*>)/)
    .map((piece) =>
      HARMLESS.test(piece) ? piece : piece.startsWith("<!--") ? "" : escapeHtml(unescaped(piece)),
    )
    .join("");

const unescaped = (text: string): string =>
  text.includes("&") ? markdown.utils.unescapeAll(text) : text;

markdown.renderer.rules.html_block = (tokens, index) => cleaned(tokens[index]!.content);
markdown.renderer.rules.html_inline = (tokens, index) => cleaned(tokens[index]!.content);
markdown.renderer.rules.image = (tokens, index) => {
  const source = String(tokens[index]!.attrGet("src") ?? "");
  const text = escapeHtml(tokens[index]!.content || source);
  return /^https?:/.test(source)
    ? `<a href="${escapeHtml(source)}" rel="noopener noreferrer" target="_blank">${text}</a>`
    : text;
};
markdown.renderer.rules.link_open = (tokens, index, options, _env, self) => {
  tokens[index]!.attrSet("rel", "noopener noreferrer");
  tokens[index]!.attrSet("target", "_blank");
  return self.renderToken(tokens, index, options);
};

// Alignment as a class: the page's policy lets no element bring its own style.
for (const rule of ["th_open", "td_open"]) {
  markdown.renderer.rules[rule] = (tokens, index, options, _env, self) => {
    const style = tokens[index]!.attrGet("style");
    tokens[index]!.attrs = style ? [["class", style.replace("text-align:", "")]] : null;
    return self.renderToken(tokens, index, options);
  };
}

export const markdownHtml = (text: string): string => markdown.render(text);

export function Markdown({ text }: { text: string }): JSX.Element {
  // biome-ignore lint/security/noDangerouslySetInnerHtml: made above, of nothing but harmless tags
  return <div class="markdown" dangerouslySetInnerHTML={{ __html: markdownHtml(text) }} />;
}
