import assert from "node:assert/strict";
import { test } from "node:test";
import { readConfig } from "../../lambda/config/variables.ts";
import { type Variables, variablesAsText } from "../../lib/stack/variables.ts";
import { drawing, stackOf, synthesized } from "./synthesized.ts";

test("variables are said as what they are: numbers, true and false, lists, pairs, or text", () => {
  const environment: Variables = {
    IMGPROXY_QUALITY: 80,
    IMGPROXY_AUTO_WEBP: true,
    IMGPROXY_DOWNLOAD_TIMEOUT: "30s",
    IMGPROXY_WATERMARK_OPACITY: 0.5,
    IMGPROXY_WEBP_PRESET: "photo",
    IMGPROXY_S3_ALLOWED_BUCKETS: ["cats", "dogs"],
    IMGPROXY_PREFERRED_FORMATS: ["webp", "png"],
    IMGPROXY_FORMAT_QUALITY: { avif: 50, webp: 70 },
    IMGPROXY_URL_REPLACEMENTS: [
      { pattern: "a,b/*", replacement: "s3://x/" },
      { pattern: "c", replacement: "d" },
    ],
    IMGPROXY_S3_ACCESS_POINTS: "ap=arn:aws:s3:eu-central-1:111122223333:accesspoint/ap",
    SHUTTERSPEED_CLIENT_HINTS_DPRS: [1, 2.5],
    IMGPROXY_TTL: undefined,
  };
  assert.deepEqual(variablesAsText(environment), {
    IMGPROXY_QUALITY: "80",
    IMGPROXY_AUTO_WEBP: "true",
    IMGPROXY_DOWNLOAD_TIMEOUT: "30s",
    IMGPROXY_WATERMARK_OPACITY: "0.5",
    IMGPROXY_WEBP_PRESET: "photo",
    IMGPROXY_S3_ALLOWED_BUCKETS: "cats,dogs",
    IMGPROXY_PREFERRED_FORMATS: "webp,png",
    IMGPROXY_FORMAT_QUALITY: "avif=50,webp=70",
    IMGPROXY_URL_REPLACEMENTS: "a,b/*=s3://x/;c=d",
    IMGPROXY_S3_ACCESS_POINTS: "ap=arn:aws:s3:eu-central-1:111122223333:accesspoint/ap",
    SHUTTERSPEED_CLIENT_HINTS_DPRS: "1,2.5",
  });
  const { urlReplacements, formatQuality, clientHintsDprs, allowedOptions } = readConfig(
    variablesAsText(environment),
  );
  assert.deepEqual(
    [urlReplacements, formatQuality, clientHintsDprs, allowedOptions],
    [environment.IMGPROXY_URL_REPLACEMENTS, { jxl: 77, avif: 50, webp: 70 }, [1, 2.5], []],
  );
  const { IMGPROXY_QUALITY } = drawing(synthesized({ environment })).Environment.Variables;
  assert.equal(IMGPROXY_QUALITY, "80");
});

test("a name that is none, and a value of another kind, do not compile; a map of text is read at synthesis", () => {
  const wrong: readonly Variables[] = [
    // @ts-expect-error: misspelt
    { IMGPROXY_QUALTIY: 80 },
    // @ts-expect-error: no number
    { IMGPROXY_QUALITY: "loud" },
    // @ts-expect-error: no number
    { IMGPROXY_QUALITY: true },
    // @ts-expect-error: neither true nor false
    { IMGPROXY_AUTO_WEBP: "yes" },
    // @ts-expect-error: none of its words
    { IMGPROXY_WEBP_PRESET: "cartoon" },
    // @ts-expect-error: no format
    { IMGPROXY_PREFERRED_FORMATS: ["webb"] },
    // @ts-expect-error: set by the stack
    { SHUTTERSPEED_DERIVATIVES_BUCKET: "mine" },
    // @ts-expect-error: of nobody's
    { NODE_OPTIONS: "--inspect" },
  ];
  assert.equal(wrong.length, 8);
  const text: Readonly<Record<string, string>> = { IMGPROXY_QUALITY: "70" };
  const environment: Variables = text;
  assert.deepEqual(variablesAsText(environment), text);
});

test("what a deployment may not say, or cannot be written, is refused with one sentence", () => {
  const refusals: readonly (readonly [Readonly<Record<string, unknown>>, string])[] = [
    [{ SHUTTERSPEED_KEYS_SECRET: "arn" }, "SHUTTERSPEED_KEYS_SECRET: set by the stack: say `keys`"],
    [{ SHUTTERSPEED_DERIVATIVES_BUCKET: "mine" }, "SHUTTERSPEED_DERIVATIVES_BUCKET: set by the stack"],
    [
      { AWS_LAMBDA_FUNCTION_MEMORY_SIZE: 512 },
      "AWS_LAMBDA_FUNCTION_MEMORY_SIZE: set by Lambda: say `memorySize`",
    ],
    [
      { NODE_OPTIONS: "--inspect" },
      'environment: expected names that begin with IMGPROXY_ or SHUTTERSPEED_, got "NODE_OPTIONS"; others are put in by the function\'s own addEnvironment',
    ],
    [
      { IMGPROXY_S3_ALLOWED_BUCKETS: ["cats,dogs"] },
      'IMGPROXY_S3_ALLOWED_BUCKETS: expected nothing with a "," in a list, got "cats,dogs"',
    ],
    [
      { IMGPROXY_S3_ALLOWED_BUCKETS: [null] },
      "IMGPROXY_S3_ALLOWED_BUCKETS: expected a list separated by commas",
    ],
    [{ IMGPROXY_QUALITY: null }, "IMGPROXY_QUALITY: expected an integer from 1 to 100"],
    [
      { IMGPROXY_FORMAT_QUALITY: { avif: {} } },
      "IMGPROXY_FORMAT_QUALITY: expected format=quality pairs separated by commas, each quality from 1 to 100",
    ],
  ];
  for (const [environment, message] of refusals) assert.throws(() => stackOf({ environment }), { message });
});
