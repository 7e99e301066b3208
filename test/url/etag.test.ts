import assert from "node:assert/strict";
import { test } from "node:test";
import { readConfig } from "../../lambda/config/variables.ts";
import { etagOf, sourceEtagIn } from "../../lambda/url/etag.ts";
import { derivativeKey } from "../../lambda/url/key.ts";
import { parse } from "../../lambda/url/parse.ts";
import { requestFor, servicesOf } from "../services.ts";

const path = "/_/w:1/plain/s3://b/k";
const keyIn = (env: Readonly<Record<string, string>>, accept = "") =>
  derivativeKey(path, accept, readConfig(env)) ?? "";
const key = keyIn({});

test("the source's ETag comes back out of ours, however a client lists it", () => {
  const ours = etagOf('"abc-2"', key) ?? "";
  assert.match(ours, /^"[0-9a-f]{16}\.any-abc-2"$/);
  for (const listed of [ours, `W/${ours}`, `"x", ${ours}`, `${ours},"y"`, `W/"x" , W/${ours}`])
    assert.equal(sourceEtagIn(listed, key), '"abc-2"', listed);
  for (const other of ["", "*", '"abc-2"', ours.slice(0, -1), ours.slice(1), `"${key}"`])
    assert.equal(sourceEtagIn(other, key), undefined, other);
});

test("a weak ETag stays weak, and one that no header can hold is none", () => {
  assert.match(etagOf('W/"abc"', key) ?? "", /^W\/"[0-9a-f]{16}\.any-abc"$/);
  assert.match(etagOf("bare", key) ?? "", /-bare"$/);
  for (const bad of [undefined, "", '""', '"a\nb"', '"a b"', '"ü"', '"a"b"'])
    assert.equal(etagOf(bad, key), undefined, bad);
});

test("other settings, other formats and other pictures have other ETags", () => {
  const env = { IMGPROXY_AUTO_WEBP: "1" };
  const keys = [key, keyIn(env), keyIn(env, "image/webp"), keyIn({ IMGPROXY_QUALITY: "1" })];
  assert.equal(new Set(keys.map((each) => etagOf('"e"', each))).size, 4);
});

/** What the source is asked for a client that says this. */
function conditions(headers: Readonly<Record<string, string>>, env = {}, edgeKey?: string) {
  const services = servicesOf(env);
  const { http } = requestFor(services, { path, headers, ...(edgeKey !== undefined && { edgeKey }) });
  return parse(http, services.language, 0).conditions;
}
const ours = etagOf('"e"', key) ?? "";
const date = "Wed, 21 Oct 2015 07:28:00 GMT";

test("a source is asked whether it is the client's only if the client has this picture of it", () => {
  assert.deepEqual(conditions({ "if-none-match": ours }), { ifNoneMatch: '"e"' });
  const both = { "if-none-match": ours, "if-modified-since": date };
  assert.deepEqual(conditions(both), { ifNoneMatch: '"e"' });
  assert.deepEqual(conditions(both, { IMGPROXY_QUALITY: "7" }), {});
  assert.deepEqual(conditions({ ...both, "if-none-match": "*" }), {});
  assert.deepEqual(conditions({ "if-modified-since": date }), { ifModifiedSince: date });
  assert.deepEqual(conditions(both, { IMGPROXY_USE_ETAG: "0" }), { ifModifiedSince: date });
  const neither = { IMGPROXY_USE_ETAG: "0", IMGPROXY_USE_LAST_MODIFIED: "0" };
  assert.deepEqual(conditions(both, neither), {});
});

test("behind the edge no source is asked for what a viewer has: CloudFront would keep the 304", () => {
  assert.deepEqual(conditions({ "if-none-match": ours, "if-modified-since": date }, {}, key), {});
});
