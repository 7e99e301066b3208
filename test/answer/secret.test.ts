import assert from "node:assert/strict";
import { test } from "node:test";
import { checkSecret } from "../../lambda/answer/secret.ts";
import { readConfig } from "../../lambda/config/variables.ts";
import { Deadline } from "../../lambda/deadline.ts";
import { Forbidden } from "../../lambda/errors.ts";
import { serve } from "../../lambda/serve.ts";
import { edgeFunction } from "../../lib/local/edge/edge-function.ts";
import { viewerRequestCode } from "../../lib/stack/edge-code.ts";
import { storeOf } from "../objects.ts";
import { requestFor, servicesOf } from "../services.ts";

const env = { IMGPROXY_SECRET: "s3cr3t", IMGPROXY_ALLOW_ORIGIN: "*", IMGPROXY_PATH_PREFIX: "/img" };
const config = readConfig(env);
const edge = edgeFunction(viewerRequestCode(config));
const picture = "/img/_/w:1/plain/s3://b/k";

const right = { authorization: "Bearer s3cr3t" };
const wrong = [
  {},
  { authorization: "" },
  { authorization: "s3cr3t" },
  { authorization: "bearer s3cr3t" },
  { authorization: "Bearer s3cr3t " },
  { authorization: "Bearer s3cr3" },
  { "x-shutterspeed-authorization": "Bearer s3cr3" },
];

test("a picture is refused to whoever does not say the secret, at the edge and in the function", () => {
  checkSecret(requestFor({ config }, { path: picture, headers: right }));
  for (const headers of wrong) {
    assert.throws(() => checkSecret(requestFor({ config }, { path: picture, headers })), Forbidden);
    for (const method of ["GET", "HEAD"]) {
      const answer = edge({ method, uri: picture, headers: { ...headers } });
      assert.ok("status" in answer, JSON.stringify(headers));
      assert.deepEqual([answer.status, answer.body], [403, "Forbidden"]);
      assert.equal(answer.headers["access-control-allow-origin"], "*");
      assert.match(answer.headers["content-security-policy"] ?? "", /sandbox/);
    }
  }
});

test("the edge hands on a right secret in a header of ours, for CloudFront signs in the other; a wrong one it drops", () => {
  const sent = edge({ method: "GET", uri: picture, headers: right });
  assert.ok("uri" in sent);
  assert.equal(sent.headers["x-shutterspeed-authorization"], "Bearer s3cr3t");
  const signed = { ...sent.headers, authorization: "AWS4-HMAC-SHA256 Credential=x" };
  checkSecret(requestFor({ config }, { path: picture, headers: signed }));

  const forged = edge({
    method: "GET",
    uri: "/img/health",
    headers: { "x-shutterspeed-authorization": "Bearer x" },
  });
  assert.ok("uri" in forged);
  assert.deepEqual(forged.headers, {});
});

test("what is no picture, is answered without; what only might be one is not", () => {
  for (const path of [
    "/img",
    "/img/",
    "/img/health",
    "/img/favicon.ico",
    "/img/.well-known/x",
    "/elsewhere/x",
  ])
    assert.ok("uri" in edge({ method: "GET", uri: path, headers: {} }), path);
  assert.ok("status" in edge({ method: "GET", uri: "/img/sig", headers: {} }));
});

test("the secret is looked at after fixed paths and before the signature", async () => {
  const services = servicesOf(
    { ...env, IMGPROXY_KEY: "aa", IMGPROXY_SALT: "bb" },
    { store: storeOf(() => assert.fail()) },
  );
  const statusOf = (path: string, headers = {}, method = "GET") =>
    serve(requestFor(services, { path, headers, method }), services, Deadline.in(1000)).then(
      ({ status }) => status,
      (error: Error) => error.message,
    );
  assert.equal(await statusOf("/img/health"), 200);
  assert.equal(await statusOf(picture, {}, "OPTIONS"), 200);
  assert.equal(await statusOf(picture), "not IMGPROXY_SECRET");
  assert.match(`${await statusOf(picture, right)}`, /signature/);
});

test("the edge function's code does not tell the secret", () => {
  assert.doesNotMatch(viewerRequestCode(config), /s3cr3t/);
});
