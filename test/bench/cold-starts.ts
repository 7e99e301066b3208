import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Environment } from "../../lib/local/lambda/environment.ts";
import { cpuShare } from "./cpu-share.ts";
import { median } from "./subject.ts";

/** MB of functions that are measured: with a part of a CPU, with one, with more. */
export const memories = [1024, 1769, 3008] as const;
/** MB that go with one CPU. */
const ONE_CPU = 1769;
const ROUNDS = 11;

/** Medians of ms until the first picture is there, from the start of the process: ours, bare sharp's, and how much later of pairs. */
export interface ColdStarts {
  readonly ours: number;
  readonly bare: number;
  readonly later: number;
}

/**
 * Cold starts in turn with processes that only draw the same picture of a file with sharp, all with the share of a CPU that goes
 * with so many MB. `undefined` where processes cannot be held back; with one CPU they need not be.
 */
export async function coldStarts(
  memory: number,
  file: string,
  start: () => Promise<Environment>,
  draw: (environment: Environment) => Promise<void>,
): Promise<ColdStarts | undefined> {
  const share = cpuShare(memory / ONE_CPU);
  if (!share && memory !== ONE_CPU) return undefined;
  const held = share?.starting ?? (<T>(begin: () => Promise<T>) => begin());
  const cold: { ours: number; bare: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now();
    const environment = await held(start);
    await draw(environment);
    const ours = performance.now() - began;
    environment.kill();
    await environment.gone;

    const bareBegan = performance.now();
    const child = await held(async () =>
      spawn(process.execPath, [join(import.meta.dirname, "bare-process.ts"), file], {
        stdio: ["ignore", "pipe", "inherit"],
      }),
    );
    await once(child.stdout, "data");
    cold.push({ ours, bare: performance.now() - bareBegan });
    await once(child, "exit");
  }
  share?.release();
  return {
    ours: median(cold.map(({ ours }) => ours)),
    bare: median(cold.map(({ bare }) => bare)),
    later: median(cold.map(({ ours, bare }) => ours - bare)),
  };
}
