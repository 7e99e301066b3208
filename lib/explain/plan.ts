import { readFile } from "node:fs/promises";
import type { Config } from "../../lambda/config/variables.ts";
import { Deadline } from "../../lambda/deadline.ts";
import type { Options } from "../../lambda/options/index.ts";
import { limitsOf } from "../../lambda/options/limits.ts";
import { offersOf } from "../../lambda/url/parse.ts";
import { explainFailure } from "./failures.ts";
import { type Finding, messageOf, passes, refuses } from "./finding.ts";

/** ms that opening a picture may take. */
const OPENING = 10_000;

/** What would be drawn of a picture that lies on this machine, and how long it is predicted to take. */
export async function explainPlan(
  file: string,
  asked: Options,
  accept: string,
  config: Config,
): Promise<Finding> {
  try {
    const bytes = await readFile(file);
    const { open } = await import("../../lambda/image/open.ts");
    const { plan } = await import("../../lambda/image/plan.ts");
    const limits = limitsOf(config);
    const { info } = await open({ bytes }, asked, limits, Deadline.in(OPENING));
    const { canvas, strokes, output, cost } = plan(asked, info, offersOf(accept, config), limits, config);
    const drawn = strokes.map(({ step, leaves }) => `${step} ${leaves.width}x${leaves.height}`).join(", ");
    const ends = `${canvas.width}x${canvas.height} ${canvas.format}`;
    const quality = "quality" in output && output.quality ? ` of quality ${output.quality}` : "";
    return passes(
      "plan",
      `${info.width}x${info.height} ${info.format} becomes ${ends}${quality} by ${drawn || "nothing"}; some ${Math.ceil(cost.total)} ms`,
    );
  } catch (error) {
    if (error instanceof Error && "code" in error)
      return refuses("plan", messageOf(error), "give a picture that is there");
    return error instanceof Error ? explainFailure(error) : refuses("plan", messageOf(error));
  }
}
