import type { Size } from "./canvas.ts";

/** Rounds half away from zero: the rule for sizes. */
export const roundAway = (value: number) => Math.sign(value) * Math.floor(Math.abs(value) + 0.5);

/** Rounds half to even: the rule for offsets, padding and centring. */
export function roundEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/** A size times a factor, rounded half away from zero. */
export const scale = (px: number, by: number) => roundAway(px * by);

/** A size divided by a factor, rounded half away from zero. */
export const shrink = (px: number, by: number) => roundAway(px / by);

/** An offset times a factor, rounded half to even. */
export const scaleToEven = (px: number, by: number) => roundEven(px * by);

/** The smaller of two sizes, where 0 stands for no size. */
export const minNonZero = (a: number, b: number) => Math.min(a || b, b || a);

/** Both sides by the same rule. */
export const minSize = (a: Size, b: Size): Size => ({
  width: minNonZero(a.width, b.width),
  height: minNonZero(a.height, b.height),
});

/** Width for height when `turned`. */
export const turn = ({ width, height }: Size, turned: boolean): Size =>
  turned ? { width: height, height: width } : { width, height };

/** A rectangle in px from the top left corner. */
export interface Box extends Size {
  readonly left: number;
  readonly top: number;
}

/** The compass points gravity knows. */
export const compassPoints = ["ce", "no", "so", "ea", "we", "noea", "nowe", "soea", "sowe"] as const;
export type CompassPoint = (typeof compassPoints)[number];

/** Which edge of its axis something holds to: -1 left or top, 0 none, 1 right or bottom. */
type Edge = -1 | 0 | 1;

const compass: Readonly<Record<CompassPoint, readonly [across: Edge, down: Edge]>> = {
  ce: [0, 0],
  no: [0, -1],
  so: [0, 1],
  ea: [1, 0],
  we: [-1, 0],
  noea: [1, -1],
  nowe: [-1, -1],
  soea: [1, 1],
  sowe: [-1, 1],
};

/** What a cut or an extension holds on to: a compass point with offsets, a focus point (fractions), or what catches the eye. */
export interface Gravity {
  readonly type: CompassPoint | "fp" | "sm";
  /** px when of size 1 or more, otherwise a fraction of the outer side. */
  readonly x?: number;
  readonly y?: number;
}

/** Where an inner box stands in an outer one, held by a gravity; px offsets are multiplied by `dpr`. */
export function place(outer: Size, inner: Size, { type, x = 0, y = 0 }: Gravity, dpr: number) {
  const spare = { width: outer.width - inner.width, height: outer.height - inner.height };
  if (type === "fp") {
    return {
      left: clamp(scaleToEven(outer.width, x) - Math.trunc(inner.width / 2), spare.width),
      top: clamp(scaleToEven(outer.height, y) - Math.trunc(inner.height / 2), spare.height),
    };
  }
  const [horizontal, vertical] = compass[type === "sm" ? "ce" : type];
  return {
    left: clamp(along(outer.width, inner.width, horizontal, x, dpr), spare.width),
    top: clamp(along(outer.height, inner.height, vertical, y, dpr), spare.height),
  };
}

/** The same for a box that may hang over the edges, as long as one px of it stays inside. */
export function placeOver(
  outer: Size,
  inner: Size,
  { type, x, y }: { readonly type: CompassPoint; readonly x: number; readonly y: number },
  dpr: number,
) {
  const [horizontal, vertical] = compass[type];
  const inside = (px: number, within: number, side: number) => Math.max(1 - side, Math.min(px, within - 1));
  return {
    left: inside(along(outer.width, inner.width, horizontal, x, dpr), outer.width, inner.width),
    top: inside(along(outer.height, inner.height, vertical, y, dpr), outer.height, inner.height),
  };
}

/** px of an offset: given in them, to be multiplied by `dpr`, or as a fraction of the outer side. */
export const offsetPx = (outer: number, offset: number, dpr: number) =>
  Math.abs(offset) >= 1 ? scaleToEven(offset, dpr) : scaleToEven(outer, offset);

function along(outer: number, inner: number, edge: Edge, offset: number, dpr: number): number {
  const px = offsetPx(outer, offset, dpr);
  const spare = outer - inner;
  if (edge === -1) return px;
  if (edge === 1) return spare - px;
  // The one px more is imgproxy's; its pictures show it.
  return scaleToEven(spare + 1, 0.5) + px;
}

/** The nearest number from 0 to `max`. */
export const clamp = (value: number, max: number) => Math.max(0, Math.min(value, max));

/** How stored pixels come upright: mirrored left to right when `flop`, then turned clockwise by `angle` degrees. */
export interface Turn {
  readonly flop: boolean;
  readonly angle: 0 | 90 | 180 | 270;
}

/** The same point of the picture before `turn` was made, so that a cut may come first. */
export function beforeTurn(gravity: Gravity, { flop, angle }: Turn): Gravity {
  if (gravity.type === "sm") return gravity;
  const [x, y] = axes(gravity);
  const turned = { 0: [x, y], 90: [y, mirror(x)], 180: [mirror(x), mirror(y)], 270: [mirror(y), x] } as const;
  const [across, down] = turned[angle];
  return fromAxes(flop ? mirror(across) : across, down);
}

/** The same gravity where one px stands for several: offsets in px are divided, fractions stay. */
export function closer(gravity: Gravity, { width, height }: Size): Gravity {
  if (gravity.type === "fp" || gravity.type === "sm" || (width === 1 && height === 1)) return gravity;
  const by = (offset: number, apart: number) => (Math.abs(offset) >= 1 ? roundEven(offset / apart) : offset);
  return { ...gravity, x: by(gravity.x ?? 0, width), y: by(gravity.y ?? 0, height) };
}

/** One axis of a gravity: held to an edge with an offset inwards, or a fraction of the side. */
type Axis = { readonly edge: Edge; readonly offset: number } | { readonly focus: number };

function mirror(axis: Axis): Axis {
  if ("focus" in axis) return { focus: 1 - axis.focus };
  if (axis.edge === 0) return { edge: 0, offset: -axis.offset };
  return { edge: axis.edge === 1 ? -1 : 1, offset: axis.offset };
}

function axes({ type, x = 0, y = 0 }: Gravity): readonly [Axis, Axis] {
  if (type === "fp") return [{ focus: x }, { focus: y }];
  const [horizontal, vertical] = compass[type === "sm" ? "ce" : type];
  return [
    { edge: horizontal, offset: x },
    { edge: vertical, offset: y },
  ];
}

function fromAxes(across: Axis, down: Axis): Gravity {
  if ("focus" in across || "focus" in down) {
    return { type: "fp", x: "focus" in across ? across.focus : 0, y: "focus" in down ? down.focus : 0 };
  }
  const type = compassPoints.find(
    (point) => compass[point][0] === across.edge && compass[point][1] === down.edge,
  );
  return { type: type ?? "ce", x: across.offset, y: down.offset };
}
