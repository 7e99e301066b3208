// Writes the tables of options and variables into README.md; with --check, fails when they are stale.
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { withReference } from "../lib/reference.ts";

const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
const readme = new URL("../README.md", import.meta.url);
const before = readFileSync(readme, "utf8");
const after = withReference(before);

if (!values.check) writeFileSync(readme, after);
else if (before !== after) {
  process.stderr.write("README.md: its tables are stale; npm run reference writes them\n");
  process.exitCode = 1;
}
