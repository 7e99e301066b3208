import { dirname } from "node:path";
import type { Judged, Verdict } from "./verdict.ts";

/** A row of the table: how many of each verdict, and % of those that count that were noticed. */
export interface Row {
  readonly folder: string;
  readonly counts: Readonly<Record<Verdict, number>>;
  readonly mutants: number;
  readonly score: number;
}

/** One row for each folder, by name. */
export const rowsOf = (judged: readonly Judged[]): readonly Row[] =>
  [...Map.groupBy(judged, ({ file }) => dirname(file))]
    .map(([folder, ofFolder]) => rowOf(folder, ofFolder))
    .sort((a, b) => (a.folder < b.folder ? -1 : 1));

/** The row of these mutants. */
export function rowOf(folder: string, judged: readonly Judged[]): Row {
  const count = (verdict: Verdict) => judged.filter((one) => one.verdict === verdict).length;
  const counts = {
    killed: count("killed"),
    "timed out": count("timed out"),
    survived: count("survived"),
    "not covered": count("not covered"),
    equivalent: count("equivalent"),
  };
  const counting = judged.length - counts.equivalent;
  const noticed = counts.killed + counts["timed out"];
  return { folder, counts, mutants: judged.length, score: counting === 0 ? 100 : (100 * noticed) / counting };
}

const verdicts = ["killed", "timed out", "survived", "not covered", "equivalent"] as const;

/** The rows under their heads, in columns. */
export function tableOf(rows: readonly Row[]): string {
  const heads = ["folder", "mutants", ...verdicts, "score %"];
  const cells = rows.map(({ folder, mutants, counts, score }) => [
    folder,
    ...[mutants, ...verdicts.map((verdict) => counts[verdict])].map(String),
    score.toFixed(1),
  ]);
  const wide = heads.map((_, column) =>
    Math.max(...[heads, ...cells].map((row) => row[column]?.length ?? 0)),
  );
  const lines = [heads, ...cells].map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(wide[0] ?? 0) : cell.padStart(wide[column] ?? 0))),
  );
  return lines.map((line) => line.join("  ")).join("\n");
}

/** One line for a change: where it is, and what became what. */
export const lineOf = ({ file, line, operator, before, after }: Omit<Judged, "verdict">, note = ""): string =>
  `${file}:${line}  ${operator}: ${short(before)} -> ${short(after) || "(nothing)"}${note}`;

function short(code: string): string {
  const line = code.replace(/\s+/g, " ");
  return line.length > 90 ? `${line.slice(0, 60)} … ${line.slice(-27)}` : line;
}
