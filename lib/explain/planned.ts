import { readFile } from "node:fs/promises";
import type { Config } from "../../lambda/config/variables.ts";
import { Deadline } from "../../lambda/deadline.ts";
import type { ImageInfo, Plan } from "../../lambda/image/plan.ts";
import type { Options } from "../../lambda/options/index.ts";
import { limitsOf } from "../../lambda/options/limits.ts";
import { offersOf } from "../../lambda/url/parse.ts";

/** ms that opening a picture may take. */
const OPENING = 10_000;

/** A picture on this machine, and what would be drawn of it. */
export interface Planned {
  readonly info: ImageInfo;
  readonly plan: Plan;
}

/** Opens a picture that lies on this machine and plans it. Rejects when it cannot be read, opened or drawn. */
export async function planned(
  file: string,
  asked: Options,
  accept: string,
  config: Config,
): Promise<Planned> {
  const bytes = await readFile(file);
  const { open } = await import("../../lambda/image/open.ts");
  const { plan } = await import("../../lambda/image/plan.ts");
  const limits = limitsOf(config);
  const { info } = await open({ bytes }, asked, limits, Deadline.in(OPENING));
  return { info, plan: plan(asked, info, offersOf(accept, config), limits, config) };
}
