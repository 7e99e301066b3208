import { readConfig } from "../../lambda/config/variables.ts";
import { examine, type Report } from "../../lambda/doctor.ts";
import { s3Address } from "../../lambda/source/s3-address.ts";
import type { Environment } from "../environment.ts";

/** ms that one read may take of the whole examination, and what the steps before may. */
const [READ, STEPS] = [3000, 15_000];

/** Examines the way from this machine to an object, `s3://bucket/key`. Throws one sentence when it is none. */
export function diagnose(source: string, reads: number, environment: Environment): Promise<Report> {
  if (!/^s3:\/\/[^/]+\/./.test(source)) throw new Error(`expected s3://bucket/key, got "${source}"`);
  const config = readConfig(environment);
  const address = s3Address(source, config.sourceQuerySeparator);
  return examine({ ...address, reads, within: STEPS + reads * READ }, config);
}
