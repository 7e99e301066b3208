import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { BuildOptions } from "esbuild";
import { compiled, root } from "../project.ts";
import type { PageSettings } from "./settings.ts";

/** Where the page is served in the cloud. No picture's path: those have a slash after their first word. */
export const PAGE_PATH = "/playground";

/** The page as one file, and what is said with it. */
export interface PageFile {
  readonly html: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What the page's file is made of, as the package holds it, by their names there; the script compressed, for it is a twentieth of the package. */
export const parts = { script: "alone.js.gz", style: "alone.css" } as const;

/** How they are made: everything in one file for browsers, node's own replaced. */
export const partsOptions = {
  bundle: true,
  minify: true,
  platform: "browser",
  format: "esm",
  target: "es2023",
  charset: "utf8",
  mainFields: ["module", "main"],
  alias: { "node:crypto": join(root, "lib/playground/node-in-browser.ts") },
  inject: [join(root, "lib/playground/node-in-browser.ts")],
  entryPoints: [
    { in: join(root, "lib/playground/page.js"), out: "alone" },
    { in: join(root, "lib/local/playground/page/style.css"), out: "alone" },
  ],
  logLevel: "silent",
} satisfies BuildOptions;

/** The playground as one file that no server answers: what it asks is worked out in the browser, of these settings. */
export function pageFile(settings: PageSettings): PageFile {
  const { markup, script, style } = sources();
  const data = JSON.stringify(settings).replaceAll("<", "\\u003c");
  const html = markup
    .replace(/<nav .*?<\/nav>/s, "")
    .replace('<h1><a href="/">', '<h1><a href="#">')
    .replace(/<link rel="stylesheet".*?>/, () => `<style>${style}</style>`)
    .replace(/<script type="module".*?<\/script>/, () => `<script type="module">${script}</script>`)
    .replace("</head>", () => `<script type="application/json" id="settings">${data}</script></head>`);
  return { html, headers: { ...said, "content-security-policy": policy(script, style) } };
}

const said = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "public, max-age=300",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
} as const;

/** Nothing runs in it but what was made with it, and it sends nothing elsewhere: a key is typed into it. */
const policy = (script: string, style: string) =>
  `default-src 'none'; script-src ${hashOf(script)}; style-src ${hashOf(style)}; img-src 'self' blob: data:; connect-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

const hashOf = (text: string) => `'sha256-${hash("sha256", text, "base64")}'`;

interface Sources {
  readonly markup: string;
  readonly script: string;
  readonly style: string;
}

let made: Sources | undefined;

function sources(): Sources {
  made ??= compiled ? read(join(compiled, "..", "playground")) : compile();
  return made;
}

const read = (folder: string): Sources => ({
  markup: markupIn(folder),
  script: gunzipSync(readFileSync(join(folder, parts.script)))
    .toString()
    .trim(),
  style: readFileSync(join(folder, parts.style), "utf8").trim(),
});

/** In the repository only: the package holds what was compiled. */
function compile(): Sources {
  const { buildSync }: typeof import("esbuild") = createRequire(import.meta.url)("esbuild");
  const { outputFiles } = buildSync({ ...partsOptions, outdir: root, write: false });
  const textOf = (end: string) => outputFiles.find(({ path }) => path.endsWith(end))?.text.trim() ?? "";
  const markup = markupIn(join(root, "lib/local/playground/page"));
  return { markup, script: textOf(".js"), style: textOf(".css") };
}

/** Without the blanks between its lines. */
const markupIn = (folder: string) => readFileSync(join(folder, "index.html"), "utf8").replace(/\n\s*/g, "\n");
