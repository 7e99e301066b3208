import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import fc from "fast-check";
import { readConfig } from "../../lambda/config/variables.ts";
import { everyOption } from "../../lambda/options/index.ts";
import { compileLanguage, readOption } from "../../lambda/url/language.ts";
import { startSession } from "../../lib/local/session.ts";
import { anyAsked } from "../arbitrary.ts";
import { ownProject } from "../client/frameworks/project.ts";
import { drawn } from "../pictures.ts";
import { nonsense } from "./nonsense.ts";

/** What programs read of a running `npm start`, with the validators that others use. */
const home = await mkdtemp(join(tmpdir(), "shutterspeed-described-"));
const pictures = join(home, "own");
await mkdir(pictures);
await writeFile(join(pictures, "cat.jpg"), await drawn(60, 40).jpeg().toBuffer());
const session = await startSession({
  ...{ home, pictures, host: "127.0.0.1", port: 0, memory: 1769, timeout: 20, env: {} },
  served: () => {},
  complain: () => {},
  drawing: () => {},
});
const packages = ["ajv@8.20.0", "@seriousme/openapi-schema-validator@2.11.0", "@readme/openapi-parser@9.0.0"];
const project = await ownProject(session.origin, ...packages);
after(async () => {
  project?.[Symbol.dispose]();
  await session.stop();
  await rm(home, { recursive: true });
});

const json = async (path: string) => JSON.parse(await (await fetch(session.origin + path)).text());
const skip = !project && "npm cannot fetch the validators here";

test("all of it is served, as what it is", async () => {
  for (const [path, type] of [
    ["/options.json", "application/json"],
    ["/options.schema.json", "application/json"],
    ["/variables.schema.json", "application/json"],
    ["/openapi.json", "application/json"],
    ["/llms.txt", "text/plain"],
  ] as const) {
    const response = await fetch(session.origin + path);
    assert.equal(response.status, 200, path);
    assert.match(response.headers.get("content-type") ?? "", new RegExp(`^${type}\\b`), path);
    const body = await response.text();
    assert.ok(type === "text/plain" ? body.startsWith("# Shutterspeed") : JSON.parse(body), path);
  }
});

test("two validators find the OpenAPI description to be one of 3.1", { skip }, async () => {
  const document = JSON.stringify(await json("/openapi.json"));
  const said = await project?.said(`
    import { validate } from "@readme/openapi-parser";
    import { Validator } from "@seriousme/openapi-schema-validator";
    const validator = new Validator();
    const { valid, errors } = await validator.validate(${document});
    const { valid: parses, warnings } = await validate(${document});
    console.log(JSON.stringify({ valid, version: validator.version, errors, parses, warnings }));`);
  assert.deepEqual(said, { valid: true, version: "3.1", parses: true, warnings: [] });
});

describe("the schemas, to ajv in its strict mode", { skip }, () => {
  /** Which of the values a schema takes. */
  const taken = async (path: string, values: readonly unknown[]) => {
    project?.write("schema.json", JSON.stringify(await json(path)));
    project?.write("values.json", JSON.stringify(values));
    const said = await project?.said(`
      import { Ajv2020 } from "ajv/dist/2020.js";
      import { readFileSync } from "node:fs";
      const read = (file) => JSON.parse(readFileSync(file, "utf8"));
      const ajv = new Ajv2020({ strict: true });
      // What a schema says beside the standard is for people.
      for (const own of ["x-url", "x-default"]) ajv.addKeyword(own);
      const takes = ajv.compile(read("schema.json"));
      console.log(JSON.stringify(read("values.json").map((value) => takes(value) || ajv.errorsText(takes.errors))));`);
    assert.ok(Array.isArray(said));
    return said;
  };

  test("that of the options takes the example of each, and whatever else the function takes", async () => {
    const env = { IMGPROXY_ALLOW_SECURITY_OPTIONS: "1", IMGPROXY_PRESETS: "thumb=w:300" };
    const language = compileLanguage(readConfig(env), 0);
    const asked = [
      ...everyOption.map(({ example }) => readOption(example, {}, language)),
      ...fc.sample(anyAsked, { numRuns: 300, seed: 14 }),
    ];
    const found = await taken("/options.schema.json", asked);
    const refused = asked.flatMap((one, nth) => (found[nth] === true ? [] : [[one, found[nth]]]));
    assert.deepEqual(refused, []);
  });

  test("it refuses what the function refuses", async () => {
    const refused = [...nonsense, { preset: "thumb" }];
    const found = await taken("/options.schema.json", refused);
    assert.deepEqual(
      refused.filter((_, nth) => found[nth] === true),
      [],
    );
  });

  test("that of the variables takes an environment, and nothing that is no text", async () => {
    const environments = [
      {},
      { IMGPROXY_KEY: "736563726574", IMGPROXY_SALT: "68656c6c6f", IMGPROXY_QUALITY: "80" },
      { PATH: "/bin", IMGPROXY_PRESETS: "thumb=w:300,hero=w:1600" },
      { IMGPROXY_QUALITY: 80 },
      { IMGPROXY_AUTO_WEBP: true },
    ];
    const found = await taken("/variables.schema.json", environments);
    assert.deepEqual(
      found.map((one) => one === true),
      [true, true, true, false, false],
    );
  });
});
