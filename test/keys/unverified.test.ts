import assert from "node:assert/strict";
import { test } from "node:test";
import { readConfig } from "../../lambda/config/variables.ts";
import { Deadline } from "../../lambda/deadline.ts";
import type { HttpRequest } from "../../lambda/http.ts";
import { firstGets } from "../../lambda/keys/unverified.ts";
import { serve } from "../../lambda/serve.ts";
import { StoreError } from "../../lambda/store/store.ts";
import { etagOf } from "../../lambda/url/etag.ts";
import { derivativeKey } from "../../lambda/url/key.ts";
import { storeOf } from "../objects.ts";
import { requestFor, servicesOf } from "../services.ts";

const path = "/_/w:1/plain/s3://pictures/k";
const raw = "/_/raw:1/plain/s3://pictures/k";
const derivatives = { SHUTTERSPEED_DERIVATIVES_BUCKET: "derivatives" };
const validators = { IMGPROXY_USE_ETAG: "true", IMGPROXY_USE_LAST_MODIFIED: "true" };
/** What a client holds that has the picture of a source whose ETag is "1". */
const held = etagOf('"1"', derivativeKey(path, undefined, readConfig(validators)) ?? "") ?? "";
const since = "Sat, 28 Nov 2026 00:00:00 GMT";

/** What is asked of a store that has nothing, and what was foretold. */
async function asked(http: Partial<HttpRequest>, env: Readonly<Record<string, string>> = {}) {
  const gets: string[] = [];
  const tell = ({ bucket, key, version }: { bucket: string; key: string; version?: string | undefined }) =>
    [bucket, bucket === "derivatives" ? "" : key, version].join("/");
  const store = storeOf(async (address, { ifNoneMatch, ifModifiedSince, range, rangeHeader }) => {
    gets.push(
      [tell(address), ifNoneMatch, ifModifiedSince, range?.first, rangeHeader].filter(Boolean).join(" "),
    );
    throw new StoreError(404, "NoSuchKey");
  });
  const services = servicesOf(env, { store });
  const context = requestFor(services, http);
  const foretold = firstGets(context, services.language).map(({ address, ifNoneMatch, ifModifiedSince }) =>
    [tell(address), ifNoneMatch, ifModifiedSince].filter(Boolean).join(" "),
  );
  await serve(context, services, Deadline.in(5000)).catch(() => {});
  return { foretold, gets };
}

test("what is foretold of a request is what it asks, and nothing else, in their order", async () => {
  for (const [http, env, gets] of [
    [{ path }, {}, ["pictures/k/"]],
    [{ path: "/_/w:1/plain/s3://pictures/k%3Fv" }, {}, ["pictures/k/v"]],
    [{ path }, derivatives, ["derivatives//", "pictures/k/"]],
    [{ path, method: "HEAD" }, derivatives, ["derivatives//", "pictures/k/"]],
    [{ path: raw }, derivatives, ["derivatives//", "pictures/k/"]],
    [{ path, headers: { "if-modified-since": since } }, validators, [`pictures/k/ ${since}`]],
    [{ path, headers: { "if-none-match": '"of nothing"' } }, validators, ["pictures/k/"]],
    [{ path, headers: { "if-none-match": held } }, validators, ['pictures/k/ "1"']],
    [{ path, headers: { range: "bytes=0-1" } }, {}, ["pictures/k/"]],
  ] as const) {
    const said = await asked(http, env);
    assert.deepEqual(said, { foretold: gets, gets }, JSON.stringify(http));
  }
});

test("of a raw source that a client asks a part of, or has already, nothing is asked that nobody will read", async () => {
  for (const headers of [
    { range: "bytes=0-1" },
    { "if-none-match": '"1"' },
    { "if-modified-since": since },
  ]) {
    const { foretold, gets } = await asked({ path: raw, headers }, derivatives);
    assert.deepEqual(foretold, ["derivatives//"], JSON.stringify(headers));
    assert.equal(gets.length, 2);
    assert.notEqual(gets[1], "pictures/k/");
  }
});

test("behind the edge a raw source is asked for whole, whatever the viewer said", async () => {
  const headers = { range: "bytes=0-1", "if-none-match": '"1"' };
  const { foretold, gets } = await asked({ path: raw, headers, edgeKey: "another" }, derivatives);
  assert.deepEqual([foretold, gets], [gets, ["derivatives//", "pictures/k/"]]);
});

test("where the edge has looked for the derivative already, the source alone is asked for", async () => {
  const edgeKey = derivativeKey(path, undefined, readConfig(derivatives)) ?? "";
  assert.deepEqual(await asked({ path, edgeKey }, derivatives), {
    foretold: ["pictures/k/"],
    gets: ["pictures/k/"],
  });
});

test("of a source that does not lie in S3 the derivative alone is looked for", async () => {
  for (const source of ["https://127.0.0.1/k", "local:///k"]) {
    const foretold = { foretold: ["derivatives//"], gets: ["derivatives//"] };
    assert.deepEqual(await asked({ path: `/_/plain/${source}` }, derivatives), foretold, source);
    assert.deepEqual(await asked({ path: `/_/plain/${source}` }), { foretold: [], gets: [] }, source);
  }
});

test("nothing is asked for what would be refused, or is no picture", async () => {
  for (const http of [
    { path: "/health" },
    { path, method: "POST" },
    { path, method: "OPTIONS" },
    { path: "/_/w:1:2:3/plain/s3://pictures/k" },
    { path: "/_/exp:1/plain/s3://pictures/k" },
    { path: "/w:1/plain/s3://pictures/k" },
    { path: `${path}@nothing` },
  ])
    assert.deepEqual(await asked(http, derivatives), { foretold: [], gets: [] }, http.path);
  assert.deepEqual((await asked({ path: "/_/plain/s3://derivatives/k" }, derivatives)).foretold, []);
  const secret = { IMGPROXY_SECRET: "word" };
  assert.deepEqual((await asked({ path }, secret)).foretold, []);
  const authorized = { path, headers: { authorization: "Bearer word" } };
  assert.deepEqual((await asked(authorized, secret)).foretold, ["pictures/k/"]);
});
