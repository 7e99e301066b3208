import sharp, { type Sharp } from "sharp";
import { readConfig } from "../../lambda/config/variables.ts";
import { type Format, formats } from "../../lambda/formats.ts";
import { drawMs } from "../../lambda/image/cost.ts";
import { written } from "../../lambda/image/encode.ts";
import { outputOf } from "../../lambda/image/output.ts";
import { drawing } from "../../lambda/image/passes.ts";
import { canvasOf } from "../../lambda/image/plan.ts";
import { jpegOf, noOffers } from "../options-of.ts";
import { median, photograph } from "./subject.ts";

/** One measured rate and the one the product predicts with; ms per megapixel. */
export interface Rate {
  readonly work: string;
  readonly measured: number;
  readonly predicted: number;
}

const [WIDTH, HEIGHT] = [1600, 1250];
const MEGAPIXELS = (WIDTH * HEIGHT) / 1e6;
const ROUNDS = 7;

type Work = () => Promise<unknown>;

async function timed(work: Work): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** ms per megapixel that `work` takes longer than copying the pixels does, each time right after it. */
async function perMegapixel(work: Work, copy: Work): Promise<number> {
  await work();
  const figures: number[] = [];
  for (let round = 0; round < ROUNDS; round++) figures.push(-(await timed(copy)) + (await timed(work)));
  return median(figures) / MEGAPIXELS;
}

const config = readConfig({});
const facts = jpegOf(WIDTH, HEIGHT);

const encoded = (image: Sharp, format: Format) =>
  written(image, outputOf({ format }, facts, { ...canvasOf(facts, noOffers), format }, config)).toBuffer();

/** Measures decoding and encoding of every format, and the strokes, on one thread. */
export async function rates(): Promise<readonly Rate[]> {
  const threads = sharp.concurrency();
  sharp.concurrency(1);
  const { data, info } = await sharp(await photograph(WIDTH, HEIGHT))
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const pixels = () => sharp(data, { raw: { width, height, channels } });
  const copy = () => pixels().raw().toBuffer();

  const found: Rate[] = [];
  for (const [name, { decodeMs, encodeMs, writes }] of Object.entries(formats)) {
    if (!writes) continue;
    const format = name as Format;
    const file = await encoded(pixels(), format);
    found.push({
      work: `encode ${name}`,
      measured: await perMegapixel(() => encoded(pixels(), format), copy),
      predicted: encodeMs,
    });
    found.push({
      work: `decode ${name}`,
      measured: await perMegapixel(() => sharp(file).raw().toBuffer(), copy),
      predicted: decodeMs,
    });
  }
  const strokes: Readonly<Record<string, object>> = {
    scale: { width: WIDTH - 1, height: HEIGHT - 1 },
    blur: { sigma: 2 },
    sharpen: { sigma: 1, m1: 0, m2: 3 },
  };
  for (const [step, stroke] of Object.entries(strokes)) {
    const drawn = () => drawing.get(step)?.draw(pixels(), stroke).raw().toBuffer() ?? Promise.reject();
    found.push({
      work: step,
      measured: await perMegapixel(drawn, copy),
      predicted: drawMs[step] ?? Number.NaN,
    });
  }
  sharp.concurrency(threads);
  return found;
}
