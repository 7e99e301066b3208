// Prints a signed picture URL: npm run sign -- s3://pictures/cat.jpg --resize fill:300:200 --format webp
import { mkdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { readConfig } from "../lambda/config/variables.ts";
import { Words } from "../lambda/contract/args.ts";
import { type OptionValues, readSegment } from "../lambda/contract/option.ts";
import { optionsByName } from "../lambda/options/index.ts";
import { imageUrls } from "../lib/client/index.ts";
import { signingKeys } from "../lib/local/keys.ts";
import { ours } from "../lib/settings.ts";

const usage = `npm run sign -- SOURCE [--OPTION ARGUMENTS]… [--base URL]

SOURCE     s3://bucket/key
--OPTION   any option of the README's table, such as --resize fill:300:200
--base     where pictures are served (http://localhost:8080)

Signs with IMGPROXY_KEY and IMGPROXY_SALT, else with those npm start made for itself.`;

const flags = Object.fromEntries(
  [...optionsByName.keys()].map((name) => [name, { type: "string" as const }]),
);

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      ...flags,
      base: { type: "string", default: "http://localhost:8080" },
      help: { type: "boolean" },
    },
  });
  const [source, ...more] = positionals;
  if (values.help || !source || more.length > 0) throw new Error(usage);

  const { base, help: _, ...said } = values;
  const options = Object.entries(said).reduce<OptionValues>((soFar, [name, words]) => {
    const option = optionsByName.get(name);
    return option ? readSegment(option, new Words(String(words).split(":")), soFar) : soFar;
  }, {});
  const signing = signingEnvironment();
  const { signatureSize } = readConfig(signing);
  const { IMGPROXY_KEY: key, IMGPROXY_SALT: salt } = signing;
  const urls = imageUrls({ base: String(base), key, salt, signatureSize });
  process.stdout.write(`${urls.url(source, options)}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}

/** The shell's variables of the function; with keys of our own only where it names neither key nor salt. */
function signingEnvironment(): Readonly<Record<string, string>> {
  const given = ours(process.env);
  if (given.IMGPROXY_KEY || given.IMGPROXY_SALT) return given;
  mkdirSync(".local", { recursive: true });
  return { ...given, ...signingKeys(".local") };
}
