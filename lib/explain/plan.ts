import type { Config } from "../../lambda/config/variables.ts";
import type { Options } from "../../lambda/options/index.ts";
import { explainFailure } from "./failures.ts";
import { type Finding, messageOf, passes, refuses } from "./finding.ts";
import type { Planned } from "./plan-of.ts";
import { planned } from "./planned.ts";

/** What would be drawn of a picture that lies on this machine, and how long it is predicted to take. */
export async function explainPlan(
  file: string,
  asked: Options,
  accept: string,
  config: Config,
): Promise<Finding> {
  try {
    return passes("plan", saidOf(await planned(file, asked, accept, config)));
  } catch (error) {
    return notPlanned(error);
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
