import sharp, { type Sharp } from "sharp";
import { type Config, readConfig } from "../../lambda/config/variables.ts";
import { type Format, formats } from "../../lambda/formats.ts";
import { written } from "../../lambda/image/encoders/sharp.ts";
import { outputOf } from "../../lambda/image/output.ts";
import { canvasOf, layOut } from "../../lambda/image/plan.ts";
import { encodeRate } from "../../lambda/image/rates.ts";
import { draw } from "../../lambda/image/render.ts";
import { jpegOf, noOffers, optionsOf } from "../options-of.ts";
import { median, photograph } from "./subject.ts";

/** One measured rate and the one the product predicts with; ms per megapixel. */
export interface Rate {
  readonly work: string;
  readonly measured: number;
  readonly predicted: number;
}

/** What is measured with: large enough that a call counts for nothing, or small where a megapixel takes seconds. */
const [large, small] = [
  { width: 1600, height: 1250, rounds: 7 },
  { width: 400, height: 300, rounds: 1 },
];

type Work = () => Promise<unknown>;

/** Pixels to work on. */
interface Subject {
  readonly pixels: () => Sharp;
  readonly megapixels: number;
  readonly rounds: number;
}

async function subject({ width, height, rounds }: typeof large): Promise<Subject> {
  const decoded = sharp(await photograph(width, height)).raw();
  const { data, info } = await decoded.toBuffer({ resolveWithObject: true });
  const raw = { width, height, channels: info.channels };
  return { pixels: () => sharp(data, { raw }), megapixels: (width * height) / 1e6, rounds };
}

/** ms of CPU, which a busy machine changes less than it does the clock. */
async function timed(work: Work): Promise<number> {
  const began = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000;
}

/** ms per megapixel that `work` takes longer than copying the pixels does, each time right after it. */
async function perMegapixel(work: Work, { pixels, megapixels, rounds }: Subject): Promise<number> {
  const copy = () => pixels().raw().toBuffer();
  if (rounds > 1) await work();
  const figures: number[] = [];
  for (let round = 0; round < rounds; round++) figures.push(-(await timed(copy)) + (await timed(work)));
  return median(figures) / megapixels;
}

const source = canvasOf(jpegOf(large.width, large.height), noOffers);

const outputFor = (format: Format, config: Config) =>
  outputOf({ format }, { source, canvas: { ...source, format } }, config);

async function encoding(subject: Subject, format: Format, env: Readonly<Record<string, string>> = {}) {
  const output = outputFor(format, readConfig(env));
  const said = Object.values(env).join(" ");
  return {
    work: `encode ${format} ${said}`.trim(),
    measured: await perMegapixel(() => written(subject.pixels(), output).toBuffer(), subject),
    predicted: encodeRate(output),
  };
}

async function decoding(subject: Subject, format: Format): Promise<Rate> {
  const file = await written(subject.pixels(), outputFor(format, readConfig({}))).toBuffer();
  return {
    work: `decode ${format}`,
    measured: await perMegapixel(() => sharp(file).raw().toBuffer(), subject),
    predicted: formats[format].decodeMs,
  };
}

/** The strokes that a URL's options plan. */
const drawing = (subject: Subject, options: string): Promise<readonly Rate[]> =>
  Promise.all(
    layOut(optionsOf(options).options, source).strokes.map(async (stroke) => ({
      work: `${stroke.step} ${options}`,
      measured: await perMegapixel(() => draw(subject.pixels(), stroke).raw().toBuffer(), subject),
      predicted: stroke.rate,
    })),
  );

/** Settings of the encoders that cost other than the usual; those of the second list are dear. */
const quick = [
  ["jpeg", { IMGPROXY_JPEG_PROGRESSIVE: "true" }],
  ["webp", { IMGPROXY_WEBP_EFFORT: "1" }],
  ["webp", { IMGPROXY_WEBP_EFFORT: "6" }],
  ["avif", { IMGPROXY_AVIF_SPEED: "9" }],
] as const;
const dear = [
  ["avif", { IMGPROXY_AVIF_SPEED: "6" }],
  ["avif", { IMGPROXY_AVIF_SPEED: "4" }],
  ["avif", { IMGPROXY_AVIF_SPEED: "2" }],
  ...["2", "16", "256"].map(
    (colors) => ["png", { IMGPROXY_PNG_QUANTIZE: "true", IMGPROXY_PNG_QUANTIZATION_COLORS: colors }] as const,
  ),
] as const;

/** Formats that sharp writes; the others' codecs are drawings of their own. */
const writtenBySharp = ["jpeg", "png", "webp", "gif", "avif", "tiff"] as const satisfies readonly Format[];

/** Measures decoding and encoding of every format, and the strokes, on one thread. */
export async function rates(): Promise<readonly Rate[]> {
  const threads = sharp.concurrency();
  sharp.concurrency(1);
  const [usual, little] = [await subject(large), await subject(small)];
  const found: Rate[] = [];
  for (const format of writtenBySharp) {
    found.push(await encoding(usual, format), await decoding(usual, format));
  }
  for (const [format, env] of quick) found.push(await encoding(usual, format, env));
  for (const [format, env] of dear) found.push(await encoding(little, format, env));
  for (const options of ["rs:force:1599:1249", "bl:2", "bl:20", "sh:1", "sh:10"])
    found.push(...(await drawing(usual, options)));
  for (const options of ["bl:100", "bl:280", "bl:500"]) found.push(...(await drawing(little, options)));
  sharp.concurrency(threads);
  return found;
}
