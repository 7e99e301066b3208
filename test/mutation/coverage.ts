import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { build } from "esbuild";
import { bundling, esbuildOptions } from "../../lib/stack/bundling.ts";
import { type Copy, treeHash } from "./copies.ts";
import { type Ran, ranIn } from "./covered.ts";
import type { Mutant } from "./mutants.ts";
import { type Outcome, tried } from "./trial.ts";
import { inTurn } from "./turns.ts";

/** A test file, and what it ran before anything was changed. */
export interface Test extends Ran {
  readonly file: string;
  readonly ms: number;
  readonly outcome: Outcome;
}

/** Which tests can notice what. */
export interface Coverage {
  readonly tests: readonly Test[];
  /** The files in the function's bundle. */
  readonly bundle: readonly string[];
}

/** ms; a test that hangs on the unchanged tree is left out. */
const PATIENCE = 300_000;

/** Runs every test file once; of a tree whose coverage is known, none. */
export async function coverageOf(
  project: string,
  copies: readonly Copy[],
  signal: AbortSignal,
): Promise<Coverage> {
  const root = copies[0]?.root ?? project;
  const file = join(project, ".local", "mutation", `${treeHash(root)}.json`);
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8"));

  const files = globSync("test/**/*.test.ts", { cwd: root, exclude: ["test/mutation/**"] }).sort();
  const tests = await inTurn(files, copies, (test, copy) => measured(test, copy, signal));
  // Else esbuild changed its inner names, and mutants in the bundle would seem to survive.
  if (!tests.some(({ bundled }) => bundled)) throw new Error("no test is seen to bundle the function");
  const coverage = { tests: tests.sort((a, b) => a.ms - b.ms), bundle: await bundledFiles(root) };
  rmSync(dirname(file), { recursive: true, force: true });
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(coverage));
  return coverage;
}

async function measured(file: string, copy: Copy, signal: AbortSignal): Promise<Test> {
  const folder = mkdtempSync(join(copy.temporary, "coverage-"));
  const began = performance.now();
  const outcome = await tried(copy, file, { limit: PATIENCE, signal, env: { NODE_V8_COVERAGE: folder } });
  const ms = Math.round(performance.now() - began);
  const ran = ranIn(folder, copy.root);
  rmSync(folder, { recursive: true });
  return { file, ms, outcome, ...ran };
}

async function bundledFiles(root: string): Promise<readonly string[]> {
  const made = await build({
    ...esbuildOptions,
    absWorkingDir: root,
    entryPoints: [join(root, bundling.files["handler.mjs"])],
    outdir: join(root, ".local"),
    write: false,
    metafile: true,
  });
  return Object.values(made.metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs));
}

/** The tests that run what a mutant changes, the fastest first; those that may, in a bundle, after all of them. */
export function testsFor(mutant: Mutant, { tests, bundle }: Coverage, root: string): readonly Test[] {
  const green = tests.filter(({ outcome }) => outcome === "passed");
  const loaded = green.some(({ spans }) => mutant.file in spans);
  const naming = loaded ? [] : filesNaming(basename(mutant.file), root);
  const first = green.filter(({ spans }) =>
    loaded ? runs(spans[mutant.file], mutant.start) : naming.some((file) => file in spans),
  );
  const second = green.filter(
    (test) => test.bundled && bundle.includes(mutant.file) && !first.includes(test),
  );
  return [...first, ...second];
}

const runs = (spans: Ran["spans"][string] | undefined, at: number) =>
  spans?.some(([start, end]) => start <= at && at < end) ?? false;

/** A file that no test imports is read as text, by code that names it. */
const filesNaming = (name: string, root: string) =>
  globSync("{bin,lib,test}/**/*.ts", { cwd: root, exclude: ["test/mutation/**"] }).filter((file) =>
    readFileSync(join(root, file), "utf8").includes(name),
  );
