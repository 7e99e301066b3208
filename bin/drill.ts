// Breaks the way to S3 and to http sources in every way we know, and tells which promises were kept: npm run drill
import { parseArgs } from "node:util";
import { drills, runDrills } from "../lib/drills/drills.ts";
import { heading, row, summary } from "../lib/drills/table.ts";
import { integerIn } from "../lib/settings.ts";

const usage = `npm run drill -- [--only TEXT] [--sources s3,http] [--sizes small,5MB,40MB] [--ways http,TLS] [--when once,always] [--runs 1] [--timeout 4] [--json]

Runs the function in the real Lambda runtime, with something that breaks between it and an embedded S3, or a web server.

--only     faults whose name contains this
--sources  what the pictures are asked of (s3,http)
--sizes    how large the sources are (small)
--ways     how that is spoken to (http,TLS)
--when     whether a fault happens once, or goes on (once,always)
--runs     how often each is run (1)
--timeout  seconds of the function (4)
--json     a line of JSON each in place of the table

Ends with status 1 when a promise was broken.`;

try {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    options: {
      only: text,
      sources: text,
      sizes: text,
      ways: text,
      when: text,
      runs: text,
      timeout: text,
      json: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help) {
    process.stdout.write(`${usage}\n`);
    process.exit(0);
  }
  const timeout = integerIn("--timeout", values.timeout ?? "4", 1, 60);
  const { only = "", sources, sizes, ways, when } = values;
  const runs = integerIn("--runs", values.runs ?? "1", 1, 1000);
  const chosen = drills({ only, sources, sizes, ways, when, runs });
  const say = (line: string) => process.stdout.write(`${line}\n`);
  if (!values.json) say(heading);
  const outcomes = [];
  for await (const outcome of runDrills(chosen, timeout)) {
    outcomes.push(outcome);
    say(values.json ? JSON.stringify(outcome) : row(outcome));
  }
  if (!values.json) say(summary(outcomes));
  process.exit(outcomes.every(({ kept }) => kept) ? 0 : 1);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exit(2);
}
