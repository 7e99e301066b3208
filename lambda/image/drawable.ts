import { type Canvas, megapixels, type Size } from "../contract/canvas.ts";
import { MOST_PADDED } from "../contract/padded.ts";
import type { Stroke } from "../contract/stroke.ts";
import { InvalidSource, ResultTooBig } from "../errors.ts";
import type { Format } from "../formats.ts";
import type { Limits } from "../options/limits.ts";
import { passes } from "./passes.ts";

/** px; libvips takes no longer side, not even on the way. */
export const MAX_SIDE = 100_000_000;

/** Of a canvas that is held between two passes: 8 bits for each of red, green, blue and alpha, or 16. */
export const bytesPerPixel = ({ deep }: Pick<Canvas, "deep">) => (deep ? 8 : 4);

/** bytes a pixel that an encoder holds while it writes, where it holds the whole picture. */
const encoderBytes: Readonly<Partial<Record<Format, number>>> = { avif: 24, bmp: 8, jxl: 70 };

/** bytes a pixel that a decoder holds while it reads, where it holds the whole picture. */
const decoderBytes: Readonly<Partial<Record<Format, number>>> = { bmp: 4, heic: 12, jxl: 65 };

/** How many lines of a picture libvips holds at least while it draws. */
const LINES_HELD = 32;

/**
 * Throws `InvalidSource` when decoding takes more memory than drawing may; `ResultTooBig` when a size is none, when what is held
 * between passes has more megapixels than a source may have (or this one has), and when that, some lines or encoding take more memory.
 */
export function assertDrawable(
  strokes: readonly Stroke[],
  result: Pick<Canvas, "width" | "height" | "format" | "deep">,
  source: Size & { readonly format: Format },
  limits: Limits,
): void {
  const { maxSrcResolution, memory } = limits;
  for (const size of [source, ...strokes.map(({ leaves }) => leaves), result])
    assertSize(size, result, memory);

  const held = heldBetween(strokes);
  const most = Math.max(maxSrcResolution, megapixels(source));
  assertAtMost(most, [result]);
  // What is padded for its scale may hold more than a small source.
  assertAtMost(Math.max(most, MOST_PADDED), held);

  assertCoded(source, "decoding", decoderBytes[source.format], memory);
  assertCoded(result, "encoding", encoderBytes[result.format], memory);
  const overlays = strokes.flatMap(({ overlay }) => overlay ?? []);
  for (const { strokes, source, width, height } of overlays)
    assertDrawable(strokes, { width, height, format: "png", deep: false }, source, limits);

  const laid = overlays.reduce((sum, overlay) => sum + megapixels(overlay), 0);
  assertHeld(held, laid, result, memory);
}

function assertSize({ width, height }: Size, result: Pick<Canvas, "deep">, memory: number): void {
  const longest = Math.max(width, height);
  if (!(longest <= MAX_SIDE)) throw new ResultTooBig(`${width}x${height}: ${MAX_SIDE} px a side at most`);
  const lines = width * bytesPerPixel(result) * LINES_HELD;
  if (lines > memory)
    throw new ResultTooBig(`${width}x${height}: its lines take ${lines} of ${memory} bytes`);
}

/** What passes end on, but the last. What a step draws by itself is held even where nothing follows. */
const heldBetween = (strokes: readonly Stroke[]): readonly Size[] =>
  passes(strokes)
    .filter((pass, at, { length }) => at < length - 1 || pass[0]?.call === "own")
    .flatMap((pass) => pass.at(-1)?.leaves ?? []);

/** A pass between two others holds what it begins with and what it makes of it, beside the megapixels to be laid on it. */
function assertHeld(held: readonly Size[], laid: number, result: Pick<Canvas, "deep">, memory: number): void {
  for (const [at, size] of [...held, nothing].entries()) {
    const holding = megapixels(size) + megapixels(held[at - 1] ?? nothing) + laid;
    const bytes = holding * 1e6 * bytesPerPixel(result);
    if (bytes > memory) throw new ResultTooBig(`${size.width}x${size.height}: ${memory} bytes at most`);
  }
}

function assertCoded(
  size: Size,
  work: "decoding" | "encoding",
  perPixel: number | undefined,
  memory: number,
): void {
  const bytes = megapixels(size) * 1e6 * (perPixel ?? 0);
  const Kind = work === "decoding" ? InvalidSource : ResultTooBig;
  if (bytes > memory)
    throw new Kind(`${size.width}x${size.height}: ${work} it takes ${bytes} of ${memory} bytes`);
}

/** Throws `ResultTooBig` when a finished picture could not be held, and held again with what it is to tell. */
export function assertTellable(result: Pick<Canvas, "width" | "height" | "deep">, { memory }: Limits): void {
  const bytes = 2 * megapixels(result) * 1e6 * bytesPerPixel(result);
  if (bytes > memory)
    throw new ResultTooBig(
      `${result.width}x${result.height}: telling of it takes ${bytes} of ${memory} bytes`,
    );
}

function assertAtMost(most: number, sizes: readonly Size[]): void {
  for (const size of sizes) {
    if (megapixels(size) > most)
      throw new ResultTooBig(`${size.width}x${size.height}: ${most} megapixels at most`);
  }
}

const nothing: Size = { width: 0, height: 0 };
