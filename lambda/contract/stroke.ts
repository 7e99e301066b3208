import type { Size } from "./canvas.ts";
import type { DataOf, SharpCall } from "./sharp-order.ts";

/** ms per megapixel of one vCPU: what copying pixels takes, and every call that does no more. */
export const COPY_RATE = 3;

/** The same for a resize. */
export const RESIZE_RATE = 6;

/** One call on sharp as a step plans it. */
export interface PlannedStroke {
  readonly call: SharpCall;
  /** What the call is given. */
  readonly data: DataOf[SharpCall];
  /** ms of one vCPU per megapixel that it leaves; measured by `npm run bench`. */
  readonly rate: number;
  /** The picture afterwards, px. @default what the step leaves */
  readonly leaves?: Size;
  /** The place of the cut is still to be found in the pixels: where the eye is caught. */
  readonly attention?: true;
}

/** One call on sharp: plain data that can be shown, priced, and drawn by another process. */
export interface Stroke extends PlannedStroke {
  /** Name of the step that planned it. */
  readonly step: string;
  readonly leaves: Size;
}

/** Plans a call on sharp; at the rate of a copy when no other is given. */
export const stroke = <Call extends SharpCall>(
  call: Call,
  data: DataOf[Call],
  more: Partial<Pick<PlannedStroke, "rate" | "leaves" | "attention">> = {},
): PlannedStroke => ({ call, data, rate: COPY_RATE, ...more });
