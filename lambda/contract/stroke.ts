import type { Format } from "../formats.ts";
import type { Size } from "./canvas.ts";
import type { Box } from "./geometry.ts";
import { type ArgumentsOf, joins, type SharpCall } from "./sharp-order.ts";

/** ms per megapixel of one vCPU: what copying pixels takes, and every call that does no more. */
export const COPY_RATE = 3;

/** The same for a resize. */
export const RESIZE_RATE = 6;

/** A call on sharp, or the step's own drawing where sharp has no call for it. */
export type Call = SharpCall | "own";
type Arguments<C extends Call> = C extends SharpCall ? ArgumentsOf[C] : readonly [number];

/** The watermark as it is laid over a picture: where it lies, and how it is drawn from its own file. */
export interface Overlay extends Box {
  /** What its file holds. */
  readonly source: Size & { readonly format: Format };
  readonly strokes: readonly Stroke[];
  /** RGBA, row by row, once it is drawn. */
  readonly pixels?: Uint8Array;
}

/** One call as a step plans it. */
export interface PlannedStroke {
  readonly call: Call;
  /** What the call is given. */
  readonly args: Arguments<Call>;
  /** ms of one vCPU per megapixel that it leaves; measured by `npm run bench`. */
  readonly rate: number;
  /** The picture afterwards, px. @default what the step leaves */
  readonly leaves?: Size;
  /** The place of the cut is still to be found in the pixels: where the eye is caught. */
  readonly attention?: true;
  /** What the step draws over the picture. */
  readonly overlay?: Overlay;
}

/** One call: plain data that can be shown, priced, and drawn by another process. */
export interface Stroke extends PlannedStroke {
  /** Name of the step that planned it. */
  readonly step: string;
  readonly leaves: Size;
}

/** Plans a call, at the rate of a copy when no other is given. */
export const stroke = <C extends Call>(
  call: C,
  args: Arguments<C>,
  more: Partial<Pick<PlannedStroke, "rate" | "leaves" | "attention" | "overlay">> = {},
): PlannedStroke => ({ call, args, rate: COPY_RATE, ...more });

/** Whether one sharp draws a stroke after these, in this order, without holding the pixels in between. */
export function sharesPass(stroke: Stroke, earlier: readonly Stroke[]): boolean {
  const calls = earlier.map(({ call }) => call);
  if (stroke.call === "own" || !calls.every((call) => call !== "own")) return false;
  // What is found by looking at the pixels needs them to be there.
  return !stroke.attention && joins(stroke.call, calls);
}
