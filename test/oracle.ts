import { readFileSync } from "node:fs";
import { variables } from "../lambda/config/variables.ts";

/**
 * Reads a group of imgproxy's answers. Its tests stand in a `describe` that begins with its name and a colon, one for
 * each vector, so that `node test/oracle/count.ts` can count them.
 */
export function oracle<T>(group: string): readonly T[] {
  const file = new URL(`./oracle/${group}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8")).vectors;
}

/** Variables of a vector's environment, as it writes them. */
export type Settings = Readonly<Record<string, unknown>>;

const ours: ReadonlySet<string> = new Set(Object.values(variables).map(({ name }) => name));

/** Why a vector with this environment is skipped; false where we know all its variables. */
export function unbuilt(settings: Settings): string | false {
  const unknown = Object.keys(settings).find((name) => !ours.has(name));
  return unknown !== undefined && `not built yet: ${unknown}`;
}

/** The environment, as a process has it. */
export const envOf = (settings: Settings): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)]));
