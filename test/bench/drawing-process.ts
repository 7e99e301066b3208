// Draws one of `drawings`, ours and bare in turn, and tells its parent what each took; asked for `peak`, draws ours once and tells what it held.
import { readFileSync } from "node:fs";
import { readConfig } from "../../lambda/config/variables.ts";
import { Deadline } from "../../lambda/deadline.ts";
import { openHere } from "../../lambda/image/decoders/here.ts";
import { passes } from "../../lambda/image/passes.ts";
import { plan } from "../../lambda/image/plan.ts";
import { render } from "../../lambda/image/render.ts";
import { limitsOf } from "../../lambda/options/limits.ts";
import { noOffers, optionsOf } from "../options-of.ts";
import type { Measured } from "./bench.ts";
import { drawings, mark } from "./drawings.ts";
import { median } from "./subject.ts";

const ROUNDS = 9;

const [, , name = "", asked] = process.argv;
const drawing = drawings[name];
if (!drawing) throw new Error(`no drawing is called ${name}`);
const bytes = await drawing.source();
const { options } = optionsOf(drawing.options);
const config = readConfig({ IMGPROXY_MAX_ANIMATION_FRAMES: "100" });
const limits = limitsOf(config);

/** As the function draws, in the process that draws: what HEIC needs has been left there. */
async function ours() {
  const deadline = Deadline.in(60_000);
  const opened = await openHere({ bytes });
  const watermark = await openHere({ bytes: mark });
  const info = { ...opened.info, watermark: watermark.info };
  const planned = plan(options, info, noOffers, limits, config);
  await render(planned, { ...opened, info, watermark }, deadline);
  return planned;
}

/** ms of CPU, which a busy machine changes less than it does the clock. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000;
}

async function compared(bare: (bytes: Buffer) => Promise<unknown>): Promise<Measured> {
  const series: { readonly ours: number; readonly bare: number }[] = [];
  const { strokes } = await ours();
  await bare(bytes);
  for (let round = 0; round < ROUNDS; round++)
    series.push({ ours: await timed(ours), bare: await timed(() => bare(bytes)) });
  return {
    passes: Math.max(1, passes(strokes).length),
    ours: median(series.map((one) => one.ours)),
    bare: median(series.map((one) => one.bare)),
  };
}

const held = () => Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) / 1000;

if (asked === "peak") {
  await ours();
  process.send?.(held());
} else process.send?.(await compared(drawing.bare));
process.disconnect?.();
