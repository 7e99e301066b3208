// npm run mutate: makes small mistakes in copies of the code, and tells which of them no test notices.
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { join, sep } from "node:path";
import { parseArgs } from "node:util";
import { copiesOf } from "./copies.ts";
import { coverageOf } from "./coverage.ts";
import { equivalents, stale } from "./equivalent.ts";
import { mutantsOf, mutated } from "./mutants.ts";
import { parses } from "./places.ts";
import { lineOf, rowOf, rowsOf, tableOf } from "./report.ts";
import { sample } from "./sample.ts";
import { inTurn } from "./turns.ts";
import { type Judged, judge } from "./verdict.ts";

const { values: asked } = parseArgs({
  options: {
    /** Decides which mutants are taken. */
    seed: { type: "string", default: "1" },
    /** How many are taken; at most one of each place in the code. */
    count: { type: "string", default: "150" },
    /** Files that are changed; may be given several times. */
    only: { type: "string", multiple: true, default: ["lambda/**/*.ts", "lambda/edge/*.js"] },
    /** Shows the mutants and ends. */
    list: { type: "boolean", default: false },
    /** A file that takes everything that was found out. */
    json: { type: "string" },
    /** How many copies are worked in at a time. */
    jobs: { type: "string", default: "2" },
    /** % below which the run fails. */
    min: { type: "string" },
  },
});

const project = join(import.meta.dirname, "..", "..");
const say = (line: string) => process.stdout.write(`${line}\n`);
const warn = (line: string) => process.stderr.write(`${line}\n`);
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => stop.abort(new Error(signal)));

const sources = new Map(
  globSync(asked.only, { cwd: project })
    .map((file) => file.replaceAll(sep, "/"))
    .sort()
    .map((file) => [file, readFileSync(join(project, file), "utf8")]),
);
const all = [...sources].flatMap(([file, source]) => mutantsOf(file, source));
const { taken, invalid } = sample(all, {
  seed: asked.seed,
  count: number("count", asked.count),
  valid: (mutant) => parses(mutant.file, mutated(sources.get(mutant.file) ?? "", mutant)),
});

const changed = equivalents.filter(({ file }) => sources.has(file) || !existsSync(join(project, file)));
for (const { file, text } of stale(all, sources, changed))
  warn(`equivalent.ts: no such mutant in ${file}: ${text}`);

if (asked.list) for (const mutant of taken) say(lineOf(mutant));
else tell(await judged());

/** What the tests say to each. */
async function judged(): Promise<readonly Judged[]> {
  using tree = copiesOf(project, number("jobs", asked.jobs));
  const coverage = await coverageOf(project, tree.copies, stop.signal);
  for (const { file, outcome } of coverage.tests) {
    if (outcome !== "passed") warn(`${file} ${outcome} before any change: left out`);
  }
  let done = 0;
  // Awaited here: the copies go when this function ends.
  return await inTurn(taken, tree.copies, async (mutant, copy) => {
    const one = await judge(mutant, copy, coverage, stop.signal);
    if (++done % 10 === 0) warn(`${done} of ${taken.length}`);
    return one;
  });
}

function tell(found: readonly Judged[]): void {
  for (const one of found) {
    if (one.verdict === "survived") say(lineOf(one));
    if (one.verdict === "not covered") say(lineOf(one, "  (not covered)"));
  }
  const total = rowOf("total", found);
  const command = `npm run mutate -- ${process.argv.slice(2).join(" ")}`.trim();
  say(`\n${tableOf([...rowsOf(found), total])}`);
  say(
    `\nseed ${asked.seed}, ${found.length} mutants, ${invalid} that did not parse were dropped: ${command}`,
  );
  if (asked.json !== undefined) {
    const report = { seed: asked.seed, command, invalid, rows: rowsOf(found), total, mutants: found };
    writeFileSync(asked.json, `${JSON.stringify(report, null, 2)}\n`);
  }
  if (asked.min !== undefined && total.score < number("min", asked.min)) process.exitCode = 1;
}

function number(name: string, given: string): number {
  if (!/^\d+$/.test(given)) throw new Error(`--${name}: expected an integer of at least 0, got "${given}"`);
  return Number(given);
}
