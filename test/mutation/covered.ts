import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** From the first character that ran to the one after the last. */
export type Span = readonly [start: number, end: number];

/** What ran, as V8 counted it in all processes of a test. */
export interface Ran {
  /** Of the project's files, by their path from its root. */
  readonly spans: Readonly<Record<string, readonly Span[]>>;
  /** esbuild made a bundle; what runs in it is not counted by the files it is made of. */
  readonly bundled: boolean;
}

interface Report {
  readonly result: readonly Script[];
}
interface Script {
  readonly url: string;
  readonly functions: readonly { readonly functionName: string; readonly ranges: readonly Range[] }[];
}
interface Range {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

/** Reads the reports NODE_V8_COVERAGE left in `folder`. */
export function ranIn(folder: string, root: string): Ran {
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  const scripts = files.flatMap(
    (name) => (JSON.parse(readFileSync(join(folder, name), "utf8")) as Report).result,
  );
  const inside = `${root}/`;
  const own = scripts.flatMap((script) => {
    if (!script.url.startsWith("file://")) return [];
    const path = fileURLToPath(script.url);
    return path.startsWith(inside) ? [{ path: path.slice(inside.length), spans: spansOf(script) }] : [];
  });
  const byPath = Map.groupBy(own, ({ path }) => path);
  return {
    spans: Object.fromEntries([...byPath].map(([path, all]) => [path, all.flatMap(({ spans }) => spans)])),
    bundled: scripts.some(bundles),
  };
}

/** The innermost range decides. Type stripping leaves every character where it was, so these are places in the file. */
export function spansOf({ functions }: Script): readonly Span[] {
  const ranges = functions.flatMap((one) => one.ranges);
  const outerFirst = ranges.sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset);
  const ran = new Uint8Array(Math.max(0, ...ranges.map(({ endOffset }) => endOffset)) + 1);
  for (const { startOffset, endOffset, count } of outerFirst)
    ran.fill(count > 0 ? 1 : 0, startOffset, endOffset);
  const spans: Span[] = [];
  for (let start = ran.indexOf(1); start >= 0; ) {
    const end = ran.indexOf(0, start);
    spans.push([start, end]);
    start = ran.indexOf(1, end);
  }
  return spans;
}

/** What esbuild calls its own first function for a bundle, whether asked for by `build` or by `buildSync`. */
const bundling = "flagsForBuildOptions";

const bundles = ({ url, functions }: Script) =>
  url.endsWith("/node_modules/esbuild/lib/main.js") &&
  functions.some(({ functionName, ranges: [whole] }) => functionName === bundling && (whole?.count ?? 0) > 0);
