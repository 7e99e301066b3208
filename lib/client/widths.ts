/** Which widths are offered. */
export interface WidthSteps {
  /** px of the narrowest. @default 320 */
  readonly min?: number;
  /** px of the widest; no more than the source has, or it would be answered smaller than it says. @default 2560 */
  readonly max?: number;
  /** The part of its bytes that a browser may load in vain because the next narrower one was too narrow, 0 to 1. @default 0.4 */
  readonly share?: number;
  /**
   * Some widths, and the bytes a picture of each was answered with: both growing, from `min` or less to `max` or more.
   * @default - bytes grow as pixels do, which holds for most photographs and not for grain
   */
  readonly measured?: readonly Measured[] | undefined;
}

/** A width in px, and bytes. */
export type Measured = readonly [width: number, bytes: number];

/** Widths in px, narrowest first, as few as keep to the share: between two neighbours bytes grow by no more. */
export function widthSteps({
  min = 320,
  max = 2560,
  share = 0.4,
  measured,
}: WidthSteps = {}): readonly number[] {
  if (!(min >= 1 && max >= min && Number.isFinite(max))) {
    throw new Error(
      `widthSteps: expected a min of at least 1 and a max of at least that, got ${min} and ${max}`,
    );
  }
  if (!(share > 0 && share < 1))
    throw new Error(`widthSteps: expected a share between 0 and 1, got ${share}`);
  const curve = (measured ?? [min, max].map((width) => [width, width ** 2] as const)).map(
    ([width, bytes]) => [Math.log(width), Math.log(bytes)] as const,
  );
  const turned = curve.map(([width, bytes]) => [bytes, width] as const);
  const [first, last] = [on(curve, Math.log(min)), on(curve, Math.log(max))];
  const count = Math.ceil((last - first) / -Math.log(1 - share));
  const between = Array.from({ length: Math.max(0, count - 1) }, (_, nth) =>
    Math.round(Math.exp(on(turned, first + ((last - first) * (nth + 1)) / count))),
  );
  return [...new Set([min, ...between, max].map(Math.round))];
}

/** Where a line through these points is at `x`. */
function on(points: readonly (readonly [x: number, y: number])[], x: number): number {
  const found = points.findIndex(([at]) => at >= x);
  const nth = Math.max(1, found < 0 ? points.length - 1 : found);
  const [[x0, y0], [x1, y1]] = [points[nth - 1] ?? [x, 0], points[nth] ?? [x, 0]];
  return x1 === x0 ? y0 : y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
}
