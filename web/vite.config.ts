// Builds the page: one HTML file with its style and its script inside, allowed by their hashes and
// nothing else. Two comments in it mark where `crema report` puts the run.
import { createHash } from "node:crypto";
import { defineConfig, type Plugin } from "vite";

const sha256 = (text: string): string =>
  `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

function inlined(): Plugin {
  return {
    name: "inlined",
    enforce: "post",
    generateBundle(_options, bundle) {
      const page = bundle["index.html"];
      if (page?.type !== "asset") throw new Error("no index.html was built");
      let script = "";
      let style = "";
      for (const [name, file] of Object.entries(bundle)) {
        if (file.type === "chunk") script += file.code;
        else if (name.endsWith(".css")) style += file.source;
        if (name !== "index.html") delete bundle[name];
      }
      // The parser of HTML must not find the script's end, or a comment, inside it.
      script = script.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--").trim();
      page.source = String(page.source)
        .replace(/\s*<script type="module"[^>]*><\/script>/, "")
        .replace(/\s*<link rel="(stylesheet|modulepreload)"[^>]*>/g, "")
        .replace("SCRIPT_HASH", () => sha256(script))
        .replace("STYLE_HASH", () => sha256(style))
        .replace("<!-- style -->", () => `<style>${style}</style>`)
        .replace("<!-- script -->", () => `<script>${script}</script>`);
    },
  };
}

export default defineConfig({
  plugins: [inlined()],
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  build: {
    target: "es2022",
    cssCodeSplit: false,
    modulePreload: false,
    reportCompressedSize: false,
    rollupOptions: { output: { format: "iife" } },
  },
  worker: { format: "iife" },
  test: { include: ["tests/unit/**/*.test.ts"] },
  // biome-ignore lint/suspicious/noExplicitAny: `test` is vitest's, which shares this file
} as any);
