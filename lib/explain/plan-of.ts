import type { Config } from "../../lambda/config/variables.ts";
import type { Size } from "../../lambda/contract/canvas.ts";
import { Failure } from "../../lambda/errors.ts";
import { type ImageInfo, type Plan, plan } from "../../lambda/image/plan.ts";
import type { Options } from "../../lambda/options/index.ts";
import { limitsOf } from "../../lambda/options/limits.ts";
import { offersOf } from "../../lambda/url/negotiation.ts";

/** A picture, and what would be drawn of it. */
export interface Planned {
  readonly info: ImageInfo;
  readonly plan: Plan;
  /** px of what `enlarge` would make of it, where that is more. */
  readonly enlarged?: Size;
}

/** Plans a picture of which so much is known, in a browser too. Throws what the function would refuse it with. */
export function planOf(info: ImageInfo, asked: Options, accept: string, config: Config): Planned {
  const planFor = (options: Options) =>
    plan(options, info, offersOf(accept, config), limitsOf(config, options), config);
  const planned = planFor(asked);
  const enlarged = asked.enlarge ? undefined : sizeOf(() => planFor({ ...asked, enlarge: true }));
  return { info, plan: planned, ...(enlarged && isLarger(enlarged, planned.canvas) && { enlarged }) };
}

const isLarger = (one: Size, other: Size) => one.width > other.width || one.height > other.height;

function sizeOf(planned: () => Plan): Size | undefined {
  try {
    const { width, height } = planned().canvas;
    return { width, height };
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}
