/** Whether a variable of this name is meant for the function. */
export const isOurs = (name: string): boolean => /^(IMGPROXY|SHUTTERSPEED)_\w+$/.test(name);

/** The variables of an environment, or of any map, that are the function's. */
export function ours(map: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(typeof map === "object" && map !== null ? map : {});
  return Object.fromEntries(
    entries.filter(([name]) => isOurs(name)).map(([name, value]) => [name, String(value)]),
  );
}

/** A number somebody gave as text. Throws one sentence that names it when it is none. */
export function integerIn(name: string, given: string, min: number, max: number): number {
  if (/^\d+$/.test(given) && Number(given) >= min && Number(given) <= max) return Number(given);
  throw new Error(`${name}: expected an integer from ${min} to ${max}, got "${given}"`);
}
