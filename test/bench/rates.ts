import sharp, { type Sharp } from "sharp";
import { readConfig } from "../../lambda/config/variables.ts";
import { type Format, formats } from "../../lambda/formats.ts";
import { written } from "../../lambda/image/encoders/sharp.ts";
import { outputOf } from "../../lambda/image/output.ts";
import { canvasOf, layOut } from "../../lambda/image/plan.ts";
import { draw } from "../../lambda/image/render.ts";
import { jpegOf, noOffers, optionsOf } from "../options-of.ts";
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
const source = canvasOf(jpegOf(WIDTH, HEIGHT), noOffers);

const encoded = (image: Sharp, format: Format) =>
  written(image, outputOf({ format }, { source, canvas: { ...source, format } }, config)).toBuffer();

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
  for (const options of ["rs:force:1599:1249", "bl:2", "sh:1"]) {
    for (const stroke of layOut(optionsOf(options).options, source).strokes) {
      found.push({
        work: stroke.step,
        measured: await perMegapixel(() => draw(pixels(), stroke).raw().toBuffer(), copy),
        predicted: stroke.rate,
      });
    }
  }
  sharp.concurrency(threads);
  return found;
}
