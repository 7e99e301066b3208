// Prints how many vectors of each group of imgproxy's pass, and why the others do not.
// node test/oracle/count.ts
import { globSync, readFileSync } from "node:fs";
import { run } from "node:test";
import { toCome } from "./to-come.ts";

/** How many vectors of a group pass, and the others by their reason. */
interface Group {
  readonly name: string;
  readonly passed: number;
  readonly others: ReadonlyMap<string, number>;
}

const toComeGroups: readonly Group[] = Object.entries(toCome).map(([name, { vectors, reason }]) => ({
  name,
  passed: 0,
  others: new Map([[reason, vectors]]),
}));
/** The groups that tests stand for: a `describe` that begins with the group's name, and a test for each vector. */
async function groupsRun(): Promise<readonly Group[]> {
  const files = globSync(new URL("../**/*.test.ts", import.meta.url).pathname).filter((file) =>
    readFileSync(file, "utf8").includes("oracle<"),
  );
  const groups: Group[] = [];
  let outcomes: string[] = [];
  for await (const { type, data } of run({ files, concurrency: true })) {
    if (type !== "test:pass" && type !== "test:fail") continue;
    if (data.nesting === 1) outcomes.push(outcomeOf(type === "test:pass", data));
    if (data.nesting > 0) continue;
    const [, name] = /^(\w+): /.exec(data.name) ?? [];
    if (name !== undefined && outcomes.length > 0) groups.push(groupOf(name, outcomes));
    outcomes = [];
  }
  return groups;
}

const PASSED = "passed";

interface Marks {
  readonly skip?: string | boolean | undefined;
  readonly todo?: string | boolean | undefined;
}

/** Passed, or why not. */
function outcomeOf(passed: boolean, { skip, todo }: Marks): string {
  if (skip !== undefined) return String(skip);
  if (todo !== undefined) return passed ? `to do, and passes by now: ${todo}` : `to do: ${todo}`;
  return passed ? PASSED : "fails";
}

function groupOf(name: string, outcomes: readonly string[]): Group {
  const counts = new Map(
    [...Map.groupBy(outcomes, (outcome) => outcome)].map(([outcome, all]) => [outcome, all.length]),
  );
  const passed = counts.get(PASSED) ?? 0;
  counts.delete(PASSED);
  return { name, passed, others: counts };
}

const sizeOf = ({ passed, others }: Group) =>
  [...others.values()].reduce((total, count) => total + count, passed);

function together(groups: readonly Group[]): Group {
  const others = new Map<string, number>();
  for (const [reason, count] of groups.flatMap((group) => [...group.others])) {
    const [kind = ""] = reason.split(":", 1);
    others.set(kind, (others.get(kind) ?? 0) + count);
  }
  return { name: "all", passed: groups.reduce((total, { passed }) => total + passed, 0), others };
}

const linesOf = (group: Group): readonly string[] => [
  `${group.name.padEnd(26)}${`${group.passed} of ${sizeOf(group)}`.padStart(14)}`,
  ...[...group.others].map(([reason, count]) => `${String(count).padStart(8)}  ${reason}`),
];

const groups = [...(await groupsRun()), ...toComeGroups].sort((a, b) => a.name.localeCompare(b.name));
process.stdout.write(`${[...groups, together(groups)].flatMap(linesOf).join("\n")}\n`);
