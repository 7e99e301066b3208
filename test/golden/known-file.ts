import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Entry } from "./differences.ts";

const file = fileURLToPath(new URL("known.ts", import.meta.url));
const biome = fileURLToPath(new URL("../../node_modules/.bin/biome", import.meta.url));

/** Writes the list of known differences anew. */
export function keepKnown(entries: readonly Entry[]): void {
  writeFileSync(file, written(entries));
  execFileSync(biome, ["format", "--write", file]);
}

function written(all: readonly Entry[]): string {
  const number = ({ id }: Entry) => Number(id.slice(id.lastIndexOf("-") + 1));
  const family = ({ id }: Entry) => id.slice(0, id.lastIndexOf("-"));
  const grouped = nest(all, [(entry) => entry.class, ({ aspect }) => aspect, family], (group) =>
    group.map(number).sort((one, other) => one - other),
  );
  return [
    'import type { Known } from "./differences.ts";\n',
    "/** Written by `node test/golden/report.ts --update`; the classes are given by hand. */",
    `export const known = ${JSON.stringify(grouped, undefined, 2)} as const satisfies Known;\n`,
  ].join("\n");
}

/** Groups by one key inside the other, in alphabetical order. */
function nest(
  group: readonly Entry[],
  [key, ...keys]: readonly ((entry: Entry) => string)[],
  leaf: (group: readonly Entry[]) => readonly number[],
): unknown {
  if (!key) return leaf(group);
  const groups = [...Map.groupBy(group, key)].sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(groups.map(([name, inner]) => [name, nest(inner, keys, leaf)]));
}
