import type { Outcome } from "./drill.ts";

const columns = [
  ["fault", 44],
  ["source", 6],
  ["way", 5],
  ["size", 6],
  ["when", 7],
  ["promise", 8],
  ["status", 7],
  ["ms", 6],
  ["requests", 9],
  ["hedged", 7],
  ["resumed", 8],
] as const;

const line = (cells: readonly (string | number)[]) =>
  cells
    .map((cell, at) => `${cell}`.padEnd(columns[at]?.[1] ?? 0))
    .join(" ")
    .trimEnd();

/** The first line of the table. */
export const heading: string = line(columns.map(([name]) => name));

/** One line of it. */
export const row = ({
  name,
  source,
  way,
  size,
  always,
  kept,
  status,
  ms,
  attempts,
  hedged,
  resumed,
  why,
}: Outcome): string =>
  line([
    name,
    source,
    way,
    size,
    always ? "always" : "once",
    kept ? "kept" : "BROKEN",
    status,
    ms,
    attempts,
    hedged,
    resumed,
    why,
  ]);

/** What all of them come to. */
export function summary(outcomes: readonly Outcome[]): string {
  const once = outcomes.filter(({ always, picture }) => !always && picture);
  const phases = [...new Set(once.map(({ name }) => phaseOf(name)))];
  const share = (of: readonly Outcome[]) => {
    const healed = of.filter((one) => one.healed).length;
    return `${healed} of ${of.length} (${Math.round((healed / Math.max(1, of.length)) * 100)} %)`;
  };
  return [
    "",
    `Promises kept: ${outcomes.filter(({ kept }) => kept).length} of ${outcomes.length}`,
    `Healed where it happened once, and could be: ${share(once)}`,
    ...phases.map((phase) => `  ${phase}: ${share(once.filter(({ name }) => phaseOf(name) === phase))}`),
  ].join("\n");
}

const phaseOf = (name: string) => (name.startsWith("first byte") ? "first byte" : (name.split(" ")[0] ?? ""));
