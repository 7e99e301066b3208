// node test/poison/poison.ts [NAME…]: four poisoned requests and three clean ones in a row, in one environment of the real
// runtime client: how each was answered, when, and the memory held. Exits 1 when a promise broke.
import { readdirSync, readFileSync } from "node:fs";
import { ownVariables } from "../../lib/environment.ts";
import { bundle } from "../../lib/local/lambda/bundle.ts";
import { type Environment, startEnvironment } from "../../lib/local/lambda/environment.ts";
import { accessVariables } from "../../lib/local/s3/s3.ts";
import { median, photograph } from "../bench/subject.ts";
import { eventOf } from "../invocation.ts";
import { ownS3 } from "../own-s3.ts";
import { poisons } from "./sources.ts";

/** Seconds and MB of the function. */
const [TIMEOUT, MEMORY] = [8, 1769];
/** MB that an environment may hold, and how much longer than usual a clean request may take. */
const [MOST_MEMORY, MOST_LONGER] = [1200, 1.5];
/** Requests until an environment is as fast as it will be. */
const WARM_UP = 10;
const POISONED = 4;
const CLEAN = 3;

/** MB that a process and those it started hold now. */
function held(pid: number): number {
  const status = (process: string) => {
    try {
      return readFileSync(`/proc/${process}/status`, "utf8");
    } catch {
      return "";
    }
  };
  const number = (text: string, name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)?.[1] ?? 0);
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(status)
    .filter((text) => number(text, "Pid") === pid || number(text, "PPid") === pid)
    .reduce((sum, text) => sum + number(text, "VmRSS") / 1000, 0);
}

async function asked(environment: Environment, path: string) {
  const began = performance.now();
  const outcome = await environment.invoke(eventOf(path));
  const status: number | string = "json" in outcome ? JSON.parse(outcome.json).statusCode : outcome.failed;
  return { status, ms: performance.now() - began };
}

const s3 = await ownS3();
await s3.put("clean.jpg", await photograph(2000, 1500));
const clean = "/_/rs:fit:720:720/plain/s3://pictures/clean.jpg";
const made = await bundle();
const env = { ...accessVariables(s3), ...ownVariables };
const start = () => startEnvironment({ bundle: made, env, memory: MEMORY, timeout: TIMEOUT, log: () => {} });

const warm = await start();
for (let round = 0; round < WARM_UP; round++) await asked(warm, clean);
const usual: number[] = [];
for (let round = 0; round < 9; round++) usual.push((await asked(warm, clean)).ms);
warm.kill();
await warm.gone;

const wanted = process.argv.slice(2);
for (const { name, options, source, encoding } of poisons) {
  if (wanted.length > 0 && !wanted.some((word) => name.includes(word))) continue;
  await s3.put("poison", await source(), encoding);
  const environment = await start();
  for (let round = 0; round < WARM_UP; round++) await asked(environment, clean);
  let peak = 0;
  const watching = setInterval(() => {
    peak = Math.max(peak, held(environment.pid ?? 0));
  }, 25);
  const poisoned = [];
  for (let round = 0; round < POISONED; round++)
    poisoned.push(await asked(environment, `/_/${options}/plain/s3://pictures/poison`));
  const after = [];
  for (let round = 0; round < CLEAN; round++) after.push(await asked(environment, clean));
  clearInterval(watching);
  environment.kill();
  await environment.gone;

  const longer = Math.max(...after.map(({ ms }) => ms)) / median(usual);
  const kept =
    poisoned.every(({ status }) => typeof status === "number" && status !== 500) &&
    after.every(({ status }) => status === 200) &&
    longer <= MOST_LONGER &&
    peak <= MOST_MEMORY;
  if (!kept) process.exitCode = 1;
  const show = (answers: readonly { status: number | string; ms: number }[]) =>
    answers.map(({ status, ms }) => `${status} ${(ms / 1000).toFixed(2)} s`).join(", ");
  process.stdout.write(
    `${kept ? "kept  " : "BROKEN"}  ${name}: ${show(poisoned)}; clean ${after.map(({ status }) => status).join(", ")} at most ${longer.toFixed(2)} x usual; ${Math.round(peak)} MB\n`,
  );
}
await s3[Symbol.asyncDispose]();
