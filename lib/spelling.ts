/** How many slips of the pen still are the same word. */
const SLIPS = 2;

/** `, did you mean X?` when one of these names is what was meant, else what `otherwise` says. */
export function didYouMean(given: string, names: readonly string[], otherwise = ""): string {
  const distances = names.map((name) => [slips(plain(given), plain(name)), name] as const);
  const [[distance, name] = [Infinity, ""]] = distances.toSorted(([a], [b]) => a - b);
  return distance <= SLIPS ? `, did you mean ${name}?` : otherwise;
}

/** Case and dashes are no letters. */
const plain = (name: string) => name.toLowerCase().replaceAll(/[-_]/g, "");

/** How many letters were left out, put in, mistaken, or swapped with the next one. */
function slips(a: string, b: string): number {
  const [columns, none] = [[...b], [...b, ""].map((_, at) => at)];
  const { row } = [...a].reduce(
    ({ row, before }, letter, at) => {
      const next = [at + 1];
      for (const [column, other] of columns.entries()) {
        const swapped = a[at - 1] === other && letter === b[column - 1];
        next.push(
          Math.min(
            (row[column + 1] ?? Infinity) + 1,
            (next[column] ?? Infinity) + 1,
            (row[column] ?? Infinity) + (letter === other ? 0 : 1),
            swapped ? (before[column - 1] ?? Infinity) + 1 : Infinity,
          ),
        );
      }
      return { row: next, before: row };
    },
    { row: none, before: [] as readonly number[] },
  );
  return row.at(-1) ?? 0;
}
