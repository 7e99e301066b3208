// Writes what is made of the registries: tables of guides, the options' own README with its pictures, llms.txt; with --check, fails when a text is stale.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { drawExample, examplePictures } from "../lib/described/example-pictures.ts";
import { llmsText } from "../lib/described/llms.ts";
import { optionsReadme } from "../lib/described/options-readme.ts";
import { withGuide, withServerVariables, withVariables } from "../lib/reference.ts";

const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });

/** What each is to be, of what it is. */
const files: Readonly<Record<string, (before: string) => string>> = {
  "lib/README.md": withGuide,
  "lambda/config/README.md": withVariables,
  "lib/server/README.md": withServerVariables,
  "lambda/options/README.md": optionsReadme,
  "llms.txt": llmsText,
};

for (const [name, make] of Object.entries(files)) {
  const file = new URL(`../${name}`, import.meta.url);
  const before = existsSync(file) ? readFileSync(file, "utf8") : "";
  const after = make(before);
  if (before === after) continue;
  if (!values.check) writeFileSync(file, after);
  else {
    process.stderr.write(`${name}: what is made of the code is stale; npm run reference writes it\n`);
    process.exitCode = 1;
  }
}

// Encoders differ by machine: a test holds the pictures to what is drawn, pixel by pixel.
if (!values.check) {
  const folder = new URL("../lambda/options/pictures/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  for (const [name, example] of Object.entries(examplePictures))
    writeFileSync(new URL(`${name}.webp`, folder), await drawExample(example));
}
