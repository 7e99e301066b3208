import type { Config } from "../../lambda/config/variables.ts";
import type { Size } from "../../lambda/contract/canvas.ts";
import { Failure } from "../../lambda/errors.ts";
import { type ImageInfo, type Plan, plan } from "../../lambda/image/plan.ts";
import type { Options } from "../../lambda/options/index.ts";
import { limitsOf } from "../../lambda/options/limits.ts";
import { offersOf } from "../../lambda/url/negotiation.ts";
import { explainFailure } from "./failures.ts";
import { type Finding, messageOf, refuses } from "./finding.ts";

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

/** A plan in one sentence. */
export function saidOf({ info, plan: { canvas, strokes, output, cost } }: Planned): string {
  const drawn = strokes.map(({ step, leaves }) => `${step} ${leaves.width}x${leaves.height}`).join(", ");
  const ends = `${canvas.width}x${canvas.height} ${canvas.format}`;
  const quality = "quality" in output && output.quality ? ` of quality ${output.quality}` : "";
  return `${info.width}x${info.height} ${info.format} becomes ${ends}${quality} by ${drawn || "nothing"}; some ${Math.ceil(cost.total)} ms`;
}

/** Why there is no plan. */
export function notPlanned(error: unknown): Finding {
  if (error instanceof Error && "code" in error)
    return refuses("plan", messageOf(error), "give a picture that is there");
  return error instanceof Error ? explainFailure(error) : refuses("plan", messageOf(error));
}
