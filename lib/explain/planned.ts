import { readFile } from "node:fs/promises";
import type { Config } from "../../lambda/config/variables.ts";
import { Deadline } from "../../lambda/deadline.ts";
import type { Options } from "../../lambda/options/index.ts";
import { limitsOf } from "../../lambda/options/limits.ts";
import type { Planned } from "./plan-of.ts";

/** ms that opening a picture may take. */
const OPENING = 10_000;

/** Opens a picture that lies on this machine and plans it. Rejects when it cannot be read, opened or drawn. */
export async function planned(
  file: string,
  asked: Options,
  accept: string,
  config: Config,
): Promise<Planned> {
  const bytes = await readFile(file);
  const { open } = await import("../../lambda/image/open.ts");
  const { planOf } = await import("./plan-of.ts");
  const { info } = await open({ bytes }, asked, limitsOf(config, asked), Deadline.in(OPENING));
  return planOf(info, asked, accept, config);
}
