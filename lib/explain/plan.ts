import type { Config } from "../../lambda/config/variables.ts";
import type { Options } from "../../lambda/options/index.ts";
import { type Finding, passes } from "./finding.ts";
import { notPlanned, saidOf } from "./plan-of.ts";
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
