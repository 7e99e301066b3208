// npm run bench: what a request costs beside the unavoidable, as ratios within this run. Exits 1 when a budget is broken.
import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ownVariables } from "../../lib/environment.ts";
import { bundle } from "../../lib/local/lambda/bundle.ts";
import { type Environment, startEnvironment } from "../../lib/local/lambda/environment.ts";
import { accessVariables } from "../../lib/local/s3/s3.ts";
import { eventOf } from "../invocation.ts";
import { ownS3 } from "../own-s3.ts";
import type { Stalls } from "../source/stalls.ts";
import { coldStarts, memories } from "./cold-starts.ts";
import { drawings } from "./drawings.ts";
import { rates } from "./rates.ts";
import { median, photograph } from "./subject.ts";

const here = (name: string) => join(import.meta.dirname, name);
const say = (line: string) => process.stdout.write(`${line}\n`);

/** What a drawing took, ours and bare sharp's; ms of CPU. */
export interface Measured {
  readonly ours: number;
  readonly bare: number;
  readonly passes: number;
}

/** What a process of its own tells of a drawing. */
async function asked<T extends Measured | number>(...drawing: readonly string[]): Promise<T> {
  const child = fork(here("drawing-process.ts"), [...drawing]);
  const [answer] = await once(child, "message");
  return answer;
}

/** A promise on speed or size. */
function budget(what: string, figure: number, limit: number, unit: string, beside = ""): void {
  const kept = figure <= limit;
  if (!kept) process.exitCode = 1;
  say(
    `${kept ? "kept  " : "BROKEN"}  ${what}: ${figure.toFixed(unit === "x" ? 2 : 1)} ${unit} of at most ${limit} ${unit}${beside}`,
  );
}

const two = await photograph(2000, 1500);
const s3 = await ownS3();
await s3.put("two.jpg", two);
await s3.put("large.jpg", await photograph(6000, 4000));
const env = { ...accessVariables(s3), ...ownVariables };
const made = await bundle();

/** bytes of a file of the bundle and of all that it loads with itself. */
function loadedWith(name: string, seen = new Set<string>()): number {
  if (seen.has(name)) return 0;
  seen.add(name);
  const text = readFileSync(join(made.folder, name), "utf8");
  const parts = [...text.matchAll(/(?:from|import)"\.\/(part-\w+\.mjs)"/g)].map(([, part = ""]) => part);
  return parts.reduce((sum, part) => sum + loadedWith(part, seen), Buffer.byteLength(text));
}
budget("handler bundle without sharp", loadedWith("handler.mjs") / 1000, 600, "KB");

const overhead = fork(here("overhead-process.ts"), {
  env: { ...process.env, ...env },
  stdio: ["ignore", "ignore", "inherit", "ipc"],
});
const [series] = (await once(overhead, "message")) as [readonly { ours: number; bare: number }[]];
const [ours, bare] = [median(series.map((one) => one.ours)), median(series.map((one) => one.bare))];
const own = median(series.map((one) => one.ours - one.bare));
budget(
  "a request's own cost, p50 of pairs",
  own,
  3,
  "ms",
  `; ${(ours / bare).toFixed(2)} x S3 GET + bare sharp`,
);

const start = (memory = 1769) => startEnvironment({ bundle: made, env, memory, timeout: 20, log: () => {} });
const draws = async (environment: Environment, path: string) => {
  const outcome = await environment.invoke(eventOf(path));
  const status = "json" in outcome ? JSON.parse(outcome.json).statusCode : outcome.failed;
  if (status !== 200) throw new Error(`${path}: ${status}`);
};

const file = join(made.folder, "two.jpg");
writeFileSync(file, two);
for (const memory of memories) {
  const drawsFirst = (environment: Environment) =>
    draws(environment, "/unsafe/rs:fit:720:720/plain/s3://pictures/two.jpg");
  const cold = await coldStarts(memory, file, () => start(memory), drawsFirst);
  const what = `first picture after a cold start at ${memory} MB, later than bare sharp`;
  if (!cold) say(`not measured: ${what}: nothing here holds processes to a share of a CPU`);
  else budget(what, cold.later, 120, "ms", `; ${(cold.ours / cold.bare).toFixed(2)} x`);
}

const fresh = await start();
await draws(fresh, "/unsafe/w:300/plain/s3://pictures/large.jpg");
const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${fresh.pid}/status`, "utf8"))?.[1];
budget("peak memory, 24 megapixels of JPEG to 300 px", Number(peak) / 1000, 250, "MB");
fresh.kill();
await fresh.gone;
await s3[Symbol.asyncDispose]();

for (const [name, { most }] of Object.entries(drawings)) {
  const { ours, bare, passes } = await asked<Measured>(name);
  const peak = await asked<number>(name, "peak");
  const beside = `; ${ours.toFixed(0)} ms of CPU, ${passes} ${passes === 1 ? "pass" : "passes"}, ${peak.toFixed(0)} MB at most`;
  budget(`${name}, beside bare sharp`, ours / bare, most, "x", beside);
}

const stalled = fork(here("stalls-process.ts"));
const [late] = (await once(stalled, "message")) as [Stalls];
const unhedged = `; ${(late.alone / late.faultless).toFixed(1)} x without hedging`;
budget("1 of 20 first bytes 3 s late: p99 beside none", late.hedging / late.faultless, 1.6, "x", unhedged);

say("\nms per megapixel on one thread: measured, and what costs are predicted with");
for (const { work, measured, predicted } of await rates()) {
  say(`${work.padEnd(26)} ${measured.toFixed(1).padStart(8)} ${predicted.toFixed(1).padStart(8)}`);
}
