import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { readConfig } from "../../lambda/config/variables.ts";
import { everyOption } from "../../lambda/options/index.ts";
import { compileLanguage, readOption } from "../../lambda/url/language.ts";
import { readPath } from "../../lambda/url/parse.ts";
import { llmsText } from "../../lib/described/llms.ts";
import { openApi } from "../../lib/described/openapi.ts";
import { describedOptions } from "../../lib/described/options.ts";
import { optionsSchema, variablesSchema } from "../../lib/described/schema.ts";
import { anyAsked } from "../arbitrary.ts";
import { faultsIn } from "./json-schema.ts";
import { nonsense } from "./nonsense.ts";

const config = readConfig({ IMGPROXY_ALLOW_SECURITY_OPTIONS: "1", IMGPROXY_PRESETS: "thumb=w:300" });
const language = compileLanguage(config, 0);

describe("the schema of options", () => {
  for (const { name, example } of everyOption) {
    test(`takes the example of ${name}`, () => {
      assert.deepEqual(faultsIn(readOption(example, {}, language), optionsSchema()), []);
    });
  }

  test("takes all that the function takes", () => {
    fc.assert(fc.property(anyAsked, (asked) => assert.deepEqual(faultsIn(asked, optionsSchema()), [])));
  });

  test("refuses what the function refuses", () => {
    for (const one of nonsense) assert.notDeepEqual(faultsIn(one, optionsSchema()), [], JSON.stringify(one));
  });
});

test("options.json tells every name, and what each argument expects", () => {
  const told = describedOptions();
  assert.deepEqual(
    told.map(({ name }) => name),
    everyOption.map(({ name }) => name),
  );
  const blur = told.find(({ name }) => name === "blur");
  assert.deepEqual(JSON.parse(JSON.stringify(blur)).arguments[0].control.kind, "number");
});

test("no secret has a default in the schema of variables, and all are texts", () => {
  const text = JSON.stringify(variablesSchema());
  assert.match(text, /"IMGPROXY_KEY":\{"type":"string",[^}]*"writeOnly":true\}/);
  assert.match(text, /"IMGPROXY_QUALITY":\{"type":"string",[^}]*"x-default":80/);
});

test("the paths of the OpenAPI description, with their examples, are read", () => {
  const { paths } = JSON.parse(JSON.stringify(openApi("https://pictures.example")));
  const pictures = Object.entries<{ get: { parameters?: readonly { name: string; example: string }[] } }>(
    paths,
  );
  const sources = pictures.flatMap(([path, { get }]) => {
    if (!get.parameters) return [];
    const written = get.parameters.reduce(
      (soFar, { name, example }) => soFar.replace(`{${name}}`, example),
      path,
    );
    return [readPath(written.replace(/^\/unsafe\//, ""), language, 0)];
  });
  assert.deepEqual(
    sources.map(({ source, options }) => [source, options.width, options.format]),
    [
      ["s3://pictures/cat.jpg", 300, "webp"],
      ["s3://pictures/cat.jpg", 300, "webp"],
    ],
  );
});

test("llms.txt names every option and the example in it is read", () => {
  const text = llmsText();
  for (const { name, example } of everyOption)
    assert.ok(text.includes(`\`${name}\``) && text.includes(`\`${example}\``), name);
  const [, path = ""] = /`\/unsafe\/(rs:\S+)`/.exec(text) ?? [];
  const { options } = readPath(path, language, 0);
  assert.deepEqual([options.width, options.height, options.quality, options.format], [300, 200, 80, "webp"]);
});
