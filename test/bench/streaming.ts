// Measures whole responses against streamed ones, in the real runtime client: node test/bench/streaming.ts
import { readFile } from "node:fs/promises";
import sharp from "sharp";
import { bundle } from "../../lib/local/lambda/bundle.ts";
import { startFunction } from "../../lib/local/lambda/function.ts";
import { startFunctionUrl } from "../../lib/local/lambda/function-url.ts";
import { accessVariables, buckets } from "../../lib/local/s3/access.ts";
import { ownS3 } from "../own-s3.ts";

/** Sides in px of square pictures of noise, 3 bytes a pixel, and how often each is asked for. */
const pictures = {
  "0.1 MB": { side: 180, rounds: 25 },
  "1 MB": { side: 577, rounds: 25 },
  "4.5 MB": { side: 1224, rounds: 25 },
  "12 MB": { side: 2000, rounds: 5 },
  "60 MB": { side: 4472, rounds: 1 },
} as const;
const WARM_UP = 3;

const s3 = await ownS3();
const noise = { type: "gaussian", mean: 128, sigma: 60 } as const;
for (const [name, { side }] of Object.entries(pictures)) {
  const create = { width: side, height: side, channels: 3, background: "#777", noise } as const;
  await s3.put(`${name}.png`, await sharp({ create }).png({ compressionLevel: 0 }).toBuffer());
}
const built = await bundle();

/** ms of CPU that a process has used, by Linux's clock of 10 ms. */
async function cpuOf(pid = 0): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, "utf8")).split(" ");
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

let asks = 0;
/** ms to the head and to the end of a raw answer, that no earlier one was kept of; redirects are followed. */
async function ask(origin: string, name: string) {
  const source = `s3://${buckets.pictures}/${encodeURIComponent(name)}.png`;
  const began = performance.now();
  const response = await fetch(`${origin}/_/raw:1/cb:${++asks}/plain/${source}`);
  const head = performance.now() - began;
  await response.bytes();
  return { head, whole: performance.now() - began };
}

const median = (figures: readonly number[]) =>
  Math.round(figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? 0);

async function start(streaming: boolean) {
  const env = {
    ...accessVariables(s3),
    IMGPROXY_MAX_SRC_FILE_SIZE: "100000000",
    SHUTTERSPEED_DERIVATIVES_BUCKET: buckets.derivatives,
    SHUTTERSPEED_RESPONSE_STREAMING: `${streaming}`,
  };
  const fn = startFunction({ bundle: built, env, memory: 1769, timeout: 60, concurrency: 1, log: () => {} });
  const url = await startFunctionUrl(fn, streaming ? "RESPONSE_STREAM" : "BUFFERED");
  return { name: streaming ? "streamed" : "whole, above 4.7 MB redirected to", fn, url };
}

const subjects = await Promise.all([start(false), start(true)]);
const rows: Record<string, object> = {};
for (const [name, { rounds }] of Object.entries(pictures)) {
  for (let round = 0; rounds > 1 && round < WARM_UP; round++)
    for (const { url } of subjects) await ask(url.origin, name);
  const series = subjects.map(({ name, fn, url }) => ({
    ...{ name, fn, url, cpu: 0 },
    asked: [] as Awaited<ReturnType<typeof ask>>[],
  }));
  // In turn, so that whatever else the machine does is borne by both.
  for (let round = 0; round < rounds; round++) {
    for (const one of series) {
      const [pid] = await one.fn.pids();
      const before = await cpuOf(pid);
      one.asked.push(await ask(one.url.origin, name));
      one.cpu += (await cpuOf(pid)) - before;
    }
  }
  for (const { name: subject, asked, cpu } of series) {
    rows[`${name}, ${subject}`] = {
      "head ms": median(asked.map(({ head }) => head)),
      "whole ms": median(asked.map(({ whole }) => whole)),
      "CPU ms": Math.round(cpu / rounds),
    };
  }
}
console.table(rows);
for (const { url, fn } of subjects) {
  url.stop();
  await fn.stop();
}
await s3[Symbol.asyncDispose]();
