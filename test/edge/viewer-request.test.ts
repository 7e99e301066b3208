import assert from "node:assert/strict";
import { test } from "node:test";
import { transform } from "esbuild";
import fc from "fast-check";
import { route } from "../../lambda/answer/routes.ts";
import { readConfig } from "../../lambda/config/variables.ts";
import { fromEvent } from "../../lambda/http.ts";
import { derivativeKey } from "../../lambda/url/key.ts";
import { edgeFunction } from "../../lib/local/edge/edge-function.ts";
import { viewerRequestCode } from "../../lib/stack/edge-code.ts";
import { eventOf } from "../invocation.ts";
import parsePath from "../oracle/parsePath.json" with { type: "json" };
import requestPath from "../oracle/requestPath.json" with { type: "json" };
import { requestFor, servicesOf } from "../services.ts";

const environments = [
  {},
  { IMGPROXY_AUTO_WEBP: "1", IMGPROXY_ENFORCE_AVIF: "1" },
  { IMGPROXY_ONLY_PRESETS: "1", IMGPROXY_AUTO_WEBP: "1" },
  { IMGPROXY_AUTO_JXL: "1", IMGPROXY_ENFORCE_WEBP: "1" },
  { IMGPROXY_PATH_PREFIX: "/img", IMGPROXY_ARGUMENTS_SEPARATOR: "," },
  { IMGPROXY_BASE64_URL_INCLUDES_FILENAME: "1", IMGPROXY_AUTO_AVIF: "1" },
  { IMGPROXY_BASE_URL: "s3://b/", IMGPROXY_SOURCE_URL_QUERY_SEPARATOR: " " },
  {
    IMGPROXY_URL_REPLACEMENTS: `s3://*/*.=local:///\${2}/\${1}/;a:/=s3://b/\${9}`,
    IMGPROXY_ARGUMENTS_SEPARATOR: "a",
  },
];
const edges = environments.map((env) => {
  const config = readConfig(env);
  return { config, edge: edgeFunction(viewerRequestCode(config)) };
});
const byDefault = edgeFunction(viewerRequestCode(readConfig({})));
/** What the origins are asked. */
function sentBy(edge: typeof byDefault, uri: string, headers: Readonly<Record<string, string>> = {}) {
  const sent = edge({ method: "GET", uri, headers });
  assert.ok("uri" in sent, `answered ${uri}`);
  return sent;
}
const through = (uri: string, headers: Readonly<Record<string, string>> = {}) =>
  sentBy(byDefault, uri, headers);

/** The path the function hears of. */
const heardOf = ({ uri, headers }: ReturnType<typeof sentBy>) =>
  headers["x-shutterspeed-path"] === undefined ? undefined : fromEvent(eventOf(uri, headers), "id").path;

const assertSame = (path: string, accept: string | undefined) => {
  for (const { config, edge } of edges) {
    const sent = sentBy(edge, path, accept === undefined ? {} : { accept });
    const key = derivativeKey(path, accept, config);
    assert.equal(heardOf(sent), key === undefined ? undefined : path.split("?", 1)[0]);
    const fixed = ["", "/", "/health", "/favicon.ico", "/.well-known/"].map(
      (bare) => config.pathPrefix + bare,
    );
    if (key !== undefined) assert.equal(sent.uri, `/${key}`);
    else assert.ok(["/", "/-", ...fixed].includes(sent.uri), sent.uri);
  }
};

test("the edge and the function name a derivative the same, for paths of imgproxy's own tests", () => {
  const paths = [
    ...requestPath.vectors.map(({ requestUri }) => requestUri.replace(/\?.*/, "")),
    ...parsePath.vectors.flatMap(({ path }) => [`/sig${path}`, `/img/sig${path}`]),
  ];
  assert.ok(paths.length > 300);
  for (const path of paths) assertSame(path, "image/jxl,image/avif,image/webp,*/*");
});

test("the edge and the function name a derivative the same, whatever the path and Accept", () => {
  const url = fc.oneof(
    fc.webUrl(),
    fc.constantFrom("s3://b/k.jpg", "s3:/b/k@png", "local:/x", "a:/b:/c@", "%zz", "%E0%A4", "é/ü@x"),
    fc.string({ unit: "binary" }),
  );
  const base64 = url.map((text) => Buffer.from(text).toString("base64url"));
  const segment = fc.oneof(
    fc.constant(""),
    fc.constantFrom("", "plain", "w:100", "rs%3Afit%3A10", "rs,fit", ".well-known", "enc", "..", "preset"),
    fc.constantFrom("img", "health", "abc=", "aGk=.png", "a", "aa.b.c", "%3a"),
    base64,
    url,
    url.map(encodeURIComponent),
    fc.string(),
  );
  const path = fc.array(segment, { maxLength: 6 }).map((segments) => `/${segments.join("/")}`);
  const accept = fc.option(
    fc.oneof(
      fc.constantFrom("image/webp", "image/avif,image/webp", "image/jxl,image/webp", "*/*"),
      fc.string(),
    ),
    {
      nil: undefined,
    },
  );
  fc.assert(fc.property(path, accept, assertSame), { numRuns: 200 });
});

test("a picture's path becomes a safe key and goes on in a header", () => {
  const path = "/sig/rs:fill:300:200/plain/s3://pictures/caf%C3%A9.jpg@webp";
  const { uri, headers } = through(path);
  assert.match(uri, /^\/[0-9a-f]{32}\/[0-9a-f]{32}\.any$/);
  assert.equal(headers["x-shutterspeed-path"], path);
});

test("a viewer cannot say which path was asked for", () => {
  for (const path of ["/", "/health", "/favicon.ico", "/.well-known/x", "/sig", "/sig/"]) {
    const { headers } = through(path, { "x-shutterspeed-path": "/mine/w:1/x" });
    assert.equal(headers["x-shutterspeed-path"], undefined);
  }
});

test("what is no picture reaches an origin at a few fixed paths only", () => {
  for (const prefix of ["", "/img"]) {
    const config = readConfig({ IMGPROXY_PATH_PREFIX: prefix, IMGPROXY_HEALTH_CHECK_PATH: "/up/a-b" });
    const edge = edgeFunction(viewerRequestCode(config));
    for (const [path, sent] of [
      ["", prefix || "/"],
      ["/", `${prefix}/`],
      ["/health", `${prefix}/health`],
      ["/up/a-b", `${prefix}/health`],
      ["/favicon.ico", `${prefix}/favicon.ico`],
      ["/.well-known/a/b c", `${prefix}/.well-known/`],
      ["/sig", "/-"],
      ["/sig//", "/-"],
    ] as const)
      assert.equal(sentBy(edge, prefix + path).uri, sent, path);
  }
});

test("outside the prefix nobody names a derivative, and /imgsig is not below /img", () => {
  const edge = edgeFunction(viewerRequestCode(readConfig({ IMGPROXY_PATH_PREFIX: "/img" })));
  const { uri } = sentBy(edge, "/img/sig/w:1/plain/s3://b/k");
  for (const path of [uri, `/${uri}`, "/imgsig/w:1/plain/s3://b/k", "/img../x", "/", "/health"])
    assert.deepEqual(sentBy(edge, path), { method: "GET", uri: "/-", headers: {} }, path);
});

test("a path that no header can hand on is answered at once", () => {
  const longest = `/sig/${"a".repeat(6144 - 5)}`;
  assert.match(through(longest).uri, /^\/[0-9a-f]{32}\//);
  const answer = byDefault({ method: "GET", uri: `${longest}a`, headers: {} });
  assert.equal("status" in answer && answer.status, 414);
});

test("a path that is not of ASCII alone goes on percent-encoded, and is heard as it was", () => {
  for (const path of [
    "/sig/plain/s3://b/é",
    "/sig/é%C3%A9/x",
    "/sig/plain/s3://b/日本 語",
    "/s\u{1f600}g/a/b",
  ]) {
    const sent = through(path);
    assert.match(sent.headers["x-shutterspeed-path"] ?? "", /^[ -~]+$/);
    assert.equal(heardOf(sent), path);
  }
  const long = byDefault({ method: "GET", uri: `/sig/${"é".repeat(1024)}`, headers: {} });
  assert.equal("status" in long && long.status, 414, "six characters each");
  assert.equal(fromEvent(eventOf("/a/b.any", { "x-shutterspeed-path": "utf8 %E0" }), "id").path, "");
});

test("OPTIONS is answered at once as the function would, for S3 refuses it", () => {
  const env = { IMGPROXY_PATH_PREFIX: "/img", IMGPROXY_TTL: "60", IMGPROXY_ALLOW_ORIGIN: "https://a.b" };
  const services = servicesOf(env);
  const edge = edgeFunction(viewerRequestCode(services.config));
  for (const path of ["/img", "/img/health", "/img/sig/w:1/plain/s3://b/k"]) {
    const answer = edge({ method: "OPTIONS", uri: path, headers: {} });
    const same = route(requestFor(services, { method: "OPTIONS", path }));
    assert.ok("status" in answer && same);
    assert.deepEqual([answer.status, answer.body], [200, " "]);
    assert.deepEqual([same.status, same.body], [200, " "]);
    for (const name of [
      "Content-Type",
      "Cache-Control",
      "Content-Security-Policy",
      "Access-Control-Allow-Origin",
    ])
      assert.equal(answer.headers[name.toLowerCase()], same.headers[name], name);
  }
  const outside = edge({ method: "OPTIONS", uri: "/imgs", headers: {} });
  assert.equal("status" in outside && outside.status, 404);
});

test("it holds 3 KB of settings, verifying too; what does not fit is refused with one sentence that names it", () => {
  const rules = (bytes: number) => ({ IMGPROXY_URL_REPLACEMENTS: `a=${"b".repeat(bytes - 2)}` });
  const code = viewerRequestCode(readConfig(rules(3072)), true);
  assert.ok(Buffer.byteLength(code) <= 10_240, "CloudFront takes 10 KB");
  const words = Array.from({ length: 200 }, (_, nth) => `trusted-${nth}`).join();
  for (const [env, name] of [
    [rules(4500), "IMGPROXY_URL_REPLACEMENTS"],
    [{ IMGPROXY_TRUSTED_SIGNATURES: words, ...rules(100) }, "IMGPROXY_TRUSTED_SIGNATURES"],
    [{ IMGPROXY_BASE_URL: `s3://b/${"c".repeat(4500)}` }, "IMGPROXY_BASE_URL"],
  ] as const)
    assert.throws(
      () => viewerRequestCode(readConfig(env), true),
      new RegExp(
        `^Error: ${name}: expected a shorter value, for CloudFront takes 10240 bytes of edge function, which holds it, got \\d+ too many$`,
      ),
    );
});

test("a viewer cannot name a derivative", () => {
  const { uri } = through("/sig/w:10/plain/s3://pictures/hills.jpg");
  assert.notEqual(through(uri).uri, uri);
});

test("what cannot be a picture and would be hard to sign reaches no origin as it is", () => {
  assert.equal(through("/only%20a+signature").uri, "/-");
});

test("is small, and written in the language CloudFront offers", async () => {
  const refused = ["array-spread", "async-generator", "class", "default-argument", "destructuring", "for-of"];
  const younger = ["generator", "logical-assignment", "object-rest-spread", "optional-catch-binding"];
  const rest = ["optional-chain", "regexp-lookbehind-assertions", "regexp-dot-all-flag", "rest-argument"];
  const supported = Object.fromEntries([...refused, ...younger, ...rest].map((feature) => [feature, false]));
  // esbuild rewrites what is not supported, or refuses to: unchanged code used none of it.
  for (const verified of [false, true]) {
    const code = viewerRequestCode(readConfig({}), verified);
    assert.ok(Buffer.byteLength(code) < 7000, `${Buffer.byteLength(code)} bytes`);
    assert.equal((await transform(code, { supported })).code, (await transform(code)).code);
  }
});
