import type {
  BlurOptions,
  ExtendOptions,
  FlattenOptions,
  Kernel,
  Matrix3x3,
  OverlayOptions,
  Region,
  ResizeOptions,
  Sharp,
  SharpenOptions,
  WithIccProfileOptions,
} from "sharp";

/** One place in sharp's order. */
interface Place {
  readonly call: string;
  readonly method: keyof Sharp;
  /** Calls of which one must come before in the same sharp, or it takes this one for another. */
  readonly after?: readonly string[];
  /** Calls that the same sharp may run besides; all others would see other colours than they should. */
  readonly only?: readonly string[];
}

/**
 * The order in which one sharp runs its operations, whatever order they are called in. Read from sharp 0.35's pipeline.
 * `extract` stands twice, as in sharp: before `resize`, and after it if anything shows that it is meant so.
 */
export const sharpOrder = [
  { call: "decodeWhole", method: "pipelineColourspace" },
  {
    call: "linearise",
    method: "pipelineColourspace",
    only: ["extractBefore", "resize", "flop", "rotate", "extractAfter"],
  },
  { call: "extractBefore", method: "extract" },
  { call: "flatten", method: "flatten" },
  { call: "resize", method: "resize" },
  { call: "flop", method: "flop" },
  { call: "rotate", method: "rotate" },
  { call: "extractAfter", method: "extract", after: ["extractBefore", "resize", "rotate"] },
  { call: "extend", method: "extend" },
  { call: "median", method: "median" },
  { call: "blur", method: "blur" },
  { call: "convolve", method: "convolve" },
  { call: "recomb", method: "recomb" },
  { call: "modulate", method: "modulate" },
  { call: "sharpen", method: "sharpen" },
  { call: "composite", method: "composite" },
  { call: "withIccProfile", method: "withIccProfile" },
] as const satisfies readonly Place[];

/** An operation of sharp that has a place in its order. */
export type SharpCall = (typeof sharpOrder)[number]["call"];

/** What each operation is given. */
export interface ArgumentsOf {
  /** To name the colours that it works in keeps sharp from having the decoder shrink a picture. */
  readonly decodeWhole: readonly ["srgb"];
  readonly linearise: readonly ["scrgb"];
  readonly extractBefore: readonly [Region];
  readonly flatten: readonly [FlattenOptions];
  readonly resize: readonly [ResizeOptions];
  readonly flop: readonly [];
  /** Degrees clockwise. */
  readonly rotate: readonly [90 | 180 | 270];
  readonly extractAfter: readonly [Region];
  readonly extend: readonly [ExtendOptions];
  readonly median: readonly [size: number];
  readonly blur: readonly [BlurOptions];
  readonly convolve: readonly [Kernel];
  readonly recomb: readonly [Matrix3x3];
  readonly modulate: readonly [
    { readonly brightness?: number; readonly saturation?: number; readonly hue?: number },
  ];
  readonly sharpen: readonly [SharpenOptions];
  readonly composite: readonly [OverlayOptions[]];
  readonly withIccProfile: readonly [icc: string, options: WithIccProfileOptions];
}

const rank = (call: SharpCall) => sharpOrder.findIndex((place) => place.call === call);
const isUnbound = (one: SharpCall, call: SharpCall) => {
  const { only }: Place = placeOf(one);
  return only === undefined || only.includes(call);
};
const placeOf = (call: SharpCall) => sharpOrder[rank(call)] ?? sharpOrder[0];

/** The method of sharp behind a call. */
export const methodOf = (call: SharpCall): (typeof sharpOrder)[number]["method"] => placeOf(call).method;

/** Whether one sharp that has been asked for `earlier`, in this order, would run `call` after all of them. */
export function joins(call: SharpCall, earlier: readonly SharpCall[]): boolean {
  const { after }: Place = placeOf(call);
  if (!earlier.every((one) => isUnbound(one, call))) return false;
  if (after && !earlier.some((one) => after.includes(one))) return false;
  return earlier.every((one) => rank(one) < rank(call));
}
