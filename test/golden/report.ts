// Prints how our answers compare with imgproxy's: a table by family, then every case that differs.
// node test/golden/report.ts [--family NAME] [--worst N] [--unbuilt] [--json FILE] [--update]
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { cases, missing } from "./cases.ts";
import { type Aspect, aspects } from "./compare.ts";
import { classes, classOf, updated } from "./differences.ts";
import { keepKnown } from "./known-file.ts";
import { type Result, run } from "./run.ts";
import { missed, type Share, tally } from "./tally.ts";

const { values } = parseArgs({
  options: {
    /** That family only. */
    family: { type: "string" },
    /** The N worst pictures instead of every difference. */
    worst: { type: "string" },
    /** Also ask what is not built. */
    unbuilt: { type: "boolean", default: false },
    /** Where to write every result. */
    json: { type: "string" },
    /** Rewrites `known.ts`: a new difference gets the class `?`, to be named by hand. */
    update: { type: "boolean", default: false },
  },
});

if (missing) {
  process.stderr.write(`${missing}\n`);
  process.exit(1);
}
const asked = cases.filter(({ family }) => values.family === undefined || family === values.family);
const results = await run(asked, { unbuiltToo: values.unbuilt });

const lines = [...table(), "", ...reasons(), "", ...byClass(), "", ...differing()];
process.stdout.write(`${lines.join("\n")}\n`);
if (values.json) writeFileSync(values.json, JSON.stringify(results, finite, 1));
if (values.update) keepKnown(updated(results));

function table(): readonly string[] {
  const families = [...Map.groupBy(results, ({ asked }) => asked.family), ["all", results] as const];
  const rows = families.map(([family, results]) => [
    family,
    ...Object.values(tally(results)).map(([share, of]: Share) => (of === 0 ? "" : `${share}/${of}`)),
  ]);
  const head = ["family", ...Object.keys(tally([]))];
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((row) => (row[column] ?? "").length)),
  );
  return [head, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function reasons(): readonly string[] {
  return missed(results).map(([reason, count]) => `not built: ${reason}, ${count} cases`);
}

/** `E: 21 picture, 2 length; JPEG: sharp shrinks …`. */
function byClass(): readonly string[] {
  const found = results.flatMap(({ asked, comparison }) =>
    "unbuilt" in comparison
      ? []
      : aspects
          .filter((aspect) => comparison.differs[aspect])
          .map((aspect) => ({ aspect, letter: classOf(asked.id, aspect) ?? "?" })),
  );
  const classed = [...Map.groupBy(found, ({ letter }) => letter)].sort(([one], [other]) =>
    one < other ? -1 : 1,
  );
  return classed.map(([letter, group]) => {
    const counts = [...Map.groupBy(group, ({ aspect }) => aspect)].map(
      ([aspect, { length }]) => `${length} ${aspect}`,
    );
    return `${letter}: ${counts.join(", ")}; ${classes[letter] ?? "not listed"}`;
  });
}

function differing(): readonly string[] {
  if (values.worst === undefined) return results.flatMap(lineOf);
  return results
    .filter((result) => decibels(result) < Infinity)
    .sort((one, other) => decibels(one) - decibels(other))
    .slice(0, Number(values.worst))
    .flatMap(lineOf);
}

function decibels({ comparison }: Result): number {
  return ("unbuilt" in comparison ? undefined : comparison.pictures?.psnr) ?? Infinity;
}

/** `resize-4: s:0:6:1, photo.jpg@png, 38.2 dB; E picture 38.2 dB`. */
function lineOf(result: Result): readonly string[] {
  const { asked, comparison } = result;
  if ("unbuilt" in comparison) return [];
  const { differs, pictures } = comparison;
  const named = aspects.flatMap((aspect) => differenceOf(asked.id, aspect, differs[aspect]));
  if (named.length === 0 && pictures?.exact !== false) return [];
  const dB = decibels(result);
  const said = asked.path ?? `${asked.options} ${asked.picture}${asked.ext && `@${asked.ext}`}`;
  return [`${asked.id}: ${said}${dB < Infinity ? `, ${dB.toFixed(1)} dB` : ""}`, ...named];
}

function differenceOf(id: string, aspect: Aspect, found: string | undefined): readonly string[] {
  return found === undefined ? [] : [`    ${classOf(id, aspect) ?? "?"} ${aspect}: ${found}`];
}

/** JSON has no infinity. */
function finite(_: string, value: unknown): unknown {
  return value === Infinity ? "Infinity" : value;
}
