import type { Animation, Size } from "../../lambda/contract/canvas.ts";
import { megapixels } from "../../lambda/contract/canvas.ts";
import { passes } from "../../lambda/image/passes.ts";
import type { Planned } from "./plan-of.ts";

/** One stroke as people read it. */
export interface ShownStroke extends Size {
  /** The step that planned it. */
  readonly step: string;
  /** The call on sharp, with what it is given. */
  readonly call: string;
  /** ms predicted, of one vCPU: its rate times the megapixels it leaves. */
  readonly ms: number;
}

/** A plan as people read it. */
export interface Drawing {
  readonly source: Size & { readonly format: string };
  readonly result: Size & { readonly format: string; readonly quality: number };
  /** Strokes, by the sharp that draws them together. */
  readonly passes: readonly (readonly ShownStroke[])[];
  /** ms of one vCPU, predicted. */
  readonly cost: { readonly decode: number; readonly draw: number; readonly encode: number };
  /** A sentence for each limit that made the result another than was asked for. */
  readonly limits: readonly string[];
}

/** Characters of what a call is given that are shown. */
const SHOWN = 120;

/** What is drawn, stroke by stroke. */
export function drawingOf({ info, plan: { strokes, canvas, output, cost }, enlarged }: Planned): Drawing {
  const { decode, draw, encode } = cost;
  const sizeOf = ({ width, height }: Size) => ({ width, height });
  return {
    source: { ...sizeOf(info), format: info.format },
    result: { ...sizeOf(canvas), format: canvas.format, quality: output.quality },
    passes: passes(strokes).map((pass) =>
      pass.map(({ step, call, args, rate, leaves }) => ({
        step,
        call: `${call}(${written(args)})`,
        ...sizeOf(leaves),
        ms: rate * megapixels(leaves),
      })),
    ),
    cost: { decode, draw, encode },
    limits: [
      ...(canvas.shrink < 1 ? [shrunk(canvas.shrink)] : []),
      ...(enlarged ? [notEnlarged(enlarged)] : []),
      ...(framesOf(canvas) < framesOf(info) ? [fewer(framesOf(canvas), framesOf(info))] : []),
    ],
  };
}

const framesOf = ({ animation }: { readonly animation?: Animation | undefined }) =>
  animation?.delays.length ?? 1;
const notEnlarged = ({ width, height }: Size) =>
  `no larger than the source allows: with enlarge it would be ${width}x${height}`;
const fewer = (drawn: number, of: number) =>
  `${drawn} of ${of} frames: the format, or IMGPROXY_MAX_ANIMATION_FRAMES, allows no more`;

const shrunk = (by: number) =>
  `made ${(by * 100).toFixed(0)} % as large as asked for: the format, or IMGPROXY_MAX_RESULT_DIMENSION, allows no longer side`;

/** Bytes are told by their number: nobody reads them. */
function written(args: readonly unknown[]): string {
  const text = args
    .map((arg) =>
      JSON.stringify(arg, (_, value) =>
        value instanceof Uint8Array || value?.type === "Buffer" ? "bytes" : value,
      ),
    )
    .join(", ");
  return text.length > SHOWN ? `${text.slice(0, SHOWN)} …` : text;
}
