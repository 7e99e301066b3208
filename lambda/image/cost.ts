import { type Canvas, framesOf, megapixels, type Size } from "../contract/canvas.ts";
import { timesLoaded } from "../contract/resampling.ts";
import { COPY_RATE, type Overlay, type Stroke } from "../contract/stroke.ts";
import { type Format, formats } from "../formats.ts";
import { attempts } from "../options/quality.ts";
import { isHeld, isTold, type Output } from "./output.ts";
import { passes } from "./passes.ts";
import {
  ATTENTION_RATE,
  bytesPerPixel,
  encodeRate,
  frameEncodeMs,
  jpegDecoding,
  smallerWebp,
} from "./rates.ts";

/** ms of one vCPU a picture is predicted to take. */
export interface Cost {
  readonly decode: number;
  readonly draw: number;
  readonly encode: number;
  readonly total: number;
}

type Source = Size & { readonly format: Format };

/** Predicts from bench data: what is decoded, drawn, held between passes, and encoded, each at its own rate. */
export function costOf(
  source: Source,
  strokes: readonly Stroke[],
  canvas: Canvas,
  output: Output,
  framesAtOnce = 1,
): Cost {
  const frames = framesOf(canvas);
  const loaded = frames > 1 ? wholeOf(source) : loadedFor(source, strokes);
  const looks = frames === 1 && strokes[0]?.attention ? 2 : 1;
  const decode = loaded.cost * looks * timesDecoded(frames, framesAtOnce);
  const one = drawing(loaded.size, strokes) + holding(strokes, canvas, output);
  const draw = (frames > 1 ? frames * (one + FRAME_MS) : one) + overlays(strokes);
  const written = megapixels(canvas) * encodeRate(output) * timesEncoded(canvas, output);
  const encode = frames > 1 ? frames * (written + (frameEncodeMs[output.format] ?? 0)) : written;
  return { decode, draw, encode, total: decode + draw + encode };
}

/** ms that handing a frame over and back takes, beside what is drawn of it. */
const FRAME_MS = 1;

/** How many frames are decoded to have some after others: each time, those before them are too. */
function timesDecoded(frames: number, atOnce: number): number {
  const times = Math.ceil(frames / atOnce);
  return frames + (atOnce * times * (times - 1)) / 2;
}

const wholeOf = (source: Source) => ({
  size: source,
  cost: megapixels(source) * formats[source.format].decodeMs,
});

/** What the decoder hands over, which may be smaller where a resize comes first, and what that costs. */
function loadedFor(
  source: Source,
  [first]: readonly Stroke[],
): { readonly size: Size; readonly cost: number } {
  const { cost: whole } = wholeOf(source);
  if (first?.call !== "resize") return { size: source, cost: whole };
  const { leaves } = first;
  const shrink = Math.min(source.width / leaves.width, source.height / leaves.height);
  if (source.format === "svg") return { size: leaves, cost: megapixels(leaves) * formats.svg.decodeMs };
  if (source.format === "webp" && shrink > 1) return { size: leaves, cost: whole * smallerWebp };
  if (source.format !== "jpeg") return { size: source, cost: whole };
  const times = timesLoaded(shrink);
  const size = { width: source.width / times, height: source.height / times };
  return { size, cost: whole * (jpegDecoding[times] ?? 1) };
}

/** Every stroke works on what it leaves; a resize, on what it is given if that is more. */
function drawing(loaded: Size, strokes: readonly Stroke[]): number {
  const givens = [loaded, ...strokes.map(({ leaves }) => leaves)];
  return strokes.reduce((sum, { call, rate, leaves, attention }, at) => {
    const given = megapixels(givens[at] ?? loaded);
    const looking = attention ? given * ATTENTION_RATE : 0;
    const read = call === "resize" ? Math.max(0, given - megapixels(leaves)) * READ_RATE : 0;
    return sum + megapixels(leaves) * rate + read + looking;
  }, 0);
}

/** What is laid over a picture is drawn beside it, once. */
const overlays = (strokes: readonly Stroke[]): number =>
  strokes.reduce((sum, { overlay }) => sum + (overlay ? laying(overlay) : 0), 0);

/** The watermark is decoded and drawn by itself; of what it is scaled to, only what lies on the picture. */
function laying({ source, strokes, ...seen }: Overlay): number {
  const { size, cost } = loadedFor(source, strokes);
  const least = (size: Size) => (megapixels(size) < megapixels(seen) ? size : seen);
  return (
    cost +
    drawing(
      least(size),
      strokes.map((stroke) => ({ ...stroke, leaves: least(stroke.leaves) })),
    )
  );
}

/** ms of one vCPU per megapixel that a resize reads, beside those it leaves. */
const READ_RATE = 2;

/** Pixels between two passes are copied, and the finished ones where they are held. */
function holding(strokes: readonly Stroke[], canvas: Canvas, output: Output): number {
  const held = passes(strokes)
    .slice(0, -1)
    .flatMap((pass) => pass.at(-1)?.leaves ?? []);
  const last = [isHeld(output), isTold(output)].filter(Boolean).map(() => canvas);
  return [...held, ...last].reduce((sum, size) => sum + megapixels(size) * COPY_RATE, 0);
}

function timesEncoded(canvas: Canvas, { format, quality, maxBytes }: Output): number {
  const pixels = canvas.width * canvas.height * framesOf(canvas);
  return attempts(quality, maxBytes, (tried) => pixels * bytesPerPixel(format, tried));
}
