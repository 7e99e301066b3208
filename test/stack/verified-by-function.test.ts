import assert from "node:assert/strict";
import { test } from "node:test";
import { readConfig } from "../../lambda/config/variables.ts";
import { derivativeKey } from "../../lambda/url/key.ts";
import { edgeFunction } from "../../lib/local/edge/edge-function.ts";
import type { ImageStackProps } from "../../lib/stack/image-stack.ts";
import { drawing, only, stackOf, synthesized } from "./synthesized.ts";

const uri = "/sig/w:1/plain/s3://b/k";
const secret = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:keys-AbCdEf";

/** Under which key a picture is kept by a deployment; its edge and its function say the same. */
function keyBy(props: ImageStackProps): string {
  const template = synthesized({ unsigned: false, edgeVerification: false, ...props });
  const edge = edgeFunction(only(template, "AWS::CloudFront::Function").FunctionCode);
  const made = edge({ method: "GET", uri, headers: {} });
  assert.ok("uri" in made);
  const { SHUTTERSPEED_DERIVATIVES_BUCKET: _, ...env } = drawing(template).Environment.Variables;
  const known = Object.entries(env).flatMap(([name, value]) =>
    typeof value === "string" ? [[name, value] as const] : [],
  );
  assert.equal(made.uri, `/${derivativeKey(uri, undefined, readConfig(Object.fromEntries(known)))}`);
  return made.uri;
}
const settings = (environment: Readonly<Record<string, string>>) => keyBy({ environment });

test("where the function verifies, a picture is kept under all that decides whether it is served", () => {
  const keys = [
    settings({ IMGPROXY_SIGNATURE_SIZE: "12" }),
    settings({ IMGPROXY_TRUSTED_SIGNATURES: "unsafe" }),
    settings({ IMGPROXY_ALLOWED_SOURCES: "s3://b/" }),
    settings({ IMGPROXY_S3_ALLOWED_BUCKETS: "b" }),
    settings({ IMGPROXY_S3_DENIED_BUCKETS: "c" }),
    settings({ IMGPROXY_ALLOWED_PROCESSING_OPTIONS: "w" }),
    keyBy({ keys: { secret } }),
    keyBy({ keys: { secret: secret.replace("keys-", "others-") } }),
    keyBy({ keys: { parameter: "/images/keys" } }),
    keyBy({ keys: { secret }, keysRevision: "2" }),
    keyBy({ keysRevision: "2" }),
    keyBy({}),
  ];
  assert.equal(new Set(keys).size, keys.length);
  assert.equal(keyBy({}), keys.at(-1), "the same from one synthesis to the next");
});

test("nobody reads the keys off it", () => {
  const { SHUTTERSPEED_KEYS_DIGEST: digest } = drawing(
    synthesized({ unsigned: false, edgeVerification: false }),
  ).Environment.Variables;
  assert.match(digest, /^[0-9a-f]{16}$/);
});

test("where the edge verifies, or nobody, keys are no part of it: pictures outlive a rotation", () => {
  for (const props of [{ edgeVerification: true }, {}, { unsigned: true }]) {
    const variables = drawing(synthesized({ unsigned: false, ...props })).Environment.Variables;
    assert.equal(variables.SHUTTERSPEED_KEYS_DIGEST, undefined);
  }
});

test("a revision where the edge verifies would change nothing, and is refused", () => {
  assert.throws(() => stackOf({ unsigned: false, keysRevision: "2" }), {
    message: "keysRevision: expected edgeVerification: false beside it, for else the edge verifies",
  });
});
