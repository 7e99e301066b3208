import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { compiled } from "../../project.ts";
import type { Answer } from "../edge/http.ts";

/** The page's files, as they lie in the repository, and by what path they are asked for. */
const files: Readonly<Record<string, string>> = {
  "/": "index.html",
  "/playground/style.css": "style.css",
  "/playground/main.js": "main.js",
  "/playground/app.js": "app.js",
  "/playground/named.js": "named.js",
  "/playground/form.js": "form.js",
  "/playground/result.js": "result.js",
  "/playground/page.js": "page.js",
};

/** The folder they lie in; in the package, beside the function. */
const folder = compiled ? join(compiled, "..", "playground") : join(import.meta.dirname, "page");

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
};

/** The page loads nothing from elsewhere, and no other page shows it in a frame. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** A file of the page; `undefined` where the path names none. */
export async function page(path: string): Promise<Answer | undefined> {
  const name = files[path];
  if (name === undefined || !Object.hasOwn(files, path)) return undefined;
  const type = types[extname(name)] ?? "application/octet-stream";
  return answered(200, type, await readFile(join(folder, name)));
}

/** An answer as data. */
export const json = (value: unknown, status = 200): Answer =>
  answered(status, "application/json", Buffer.from(JSON.stringify(value)));

/** An answer that nobody keeps. */
export const answered = (status: number, type: string, body: Buffer): Answer => ({
  status,
  headers: {
    "content-type": type,
    "cache-control": "no-store",
    "content-security-policy": policy,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
  },
  body,
});
