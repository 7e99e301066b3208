import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, test } from "node:test";
import { transform } from "esbuild";
import fc from "fast-check";
import { readConfig } from "../../lambda/config/variables.ts";
import { Failure } from "../../lambda/errors.ts";
import { compileLanguage } from "../../lambda/url/language.ts";
import { parse } from "../../lambda/url/parse.ts";
import { verifyingEdgeFunction } from "../../lib/local/edge/edge-function.ts";
import { memoryStore } from "../../lib/local/edge/key-value-store.ts";
import { viewerRequestCode } from "../../lib/stack/edge-code.ts";
import signatures from "../oracle/signature.json" with { type: "json" };
import { requestFor } from "../services.ts";

const pairs = "746573742d6b6579:746573742d73616c74";
const plain = { IMGPROXY_KEY: "746573742d6b6579", IMGPROXY_SALT: "746573742d73616c74" };

/** An edge that verifies, with its store. */
function verifying(env: Readonly<Record<string, string>> = {}, keys: string | undefined = pairs) {
  const store = memoryStore();
  if (keys !== undefined) void store.put("keys", keys);
  return { store, edge: verifyingEdgeFunction(viewerRequestCode(readConfig(env), true), store) };
}
const signed = (path: string, key = "test-key", salt = "test-salt") =>
  `/${createHmac("sha256", key).update(salt).update(path).digest("base64url")}${path}`;

/** 200 for what goes on to the origins. */
async function statusOf(edge: ReturnType<typeof verifying>["edge"], uri: string, method = "GET") {
  const made = await edge({ method, uri, headers: {} });
  return "status" in made ? made.status : 200;
}

describe("imgproxy's own signatures", () => {
  for (const { id, signatureSize, trusted, keys, salts, signature, path, valid } of signatures.vectors) {
    if (keys.length === 0) continue;
    test(id, async () => {
      const env = {
        IMGPROXY_SIGNATURE_SIZE: String(signatureSize),
        IMGPROXY_TRUSTED_SIGNATURES: trusted.join(),
      };
      const { edge } = verifying(env, keys.map((key, pair) => `${key}:${salts[pair]}`).join());
      assert.equal(await statusOf(edge, `/${signature}/${path.replace(/^\//, "")}`), valid ? 200 : 403);
    });
  }
});

const picture = "/w:10/plain/s3://b/k";

test("a signature that is wrong, missing, doubled, padded or another path's is refused", async () => {
  const { edge } = verifying();
  const right = signed(picture);
  assert.equal(await statusOf(edge, right), 200);
  for (const wrong of [
    right.replace("w:10", "w:11"),
    picture,
    `/_${picture}`,
    right.replace(picture, `=${picture}`),
    right.replace(picture, `A${picture}`),
    right.slice(0, 10) + right.slice(11),
    signed(picture, "test-kez"),
    signed(picture, "test-key", ""),
  ])
    assert.equal(await statusOf(edge, wrong), 403, wrong);
});

test("a revoked key is refused from the next request on, and a new one accepted", async () => {
  const { edge, store } = verifying({}, `${pairs},61:62`);
  const second = signed(picture, "a", "b");
  assert.equal(await statusOf(edge, second), 200);
  await store.put("keys", `${pairs},63:64`);
  assert.equal(await statusOf(edge, second), 403);
  assert.equal(await statusOf(edge, signed(picture, "c", "d")), 200);
});

test("where there are no keys to be had, no picture is served", async () => {
  assert.equal(
    await statusOf(
      verifyingEdgeFunction(viewerRequestCode(readConfig({}), true), memoryStore()),
      signed(picture),
    ),
    503,
  );
  for (const nonsense of ["", ",", ":", "zz", "61", "61:62:63"]) {
    const { edge } = verifying({}, nonsense);
    // An empty pair of keys is one, too, which nobody may have meant.
    assert.equal(await statusOf(edge, signed(picture, "x", "y")), 403, nonsense);
  }
});

test("an empty key is none: what it signs is refused", async () => {
  for (const keys of [":", "61:", ":62", `${pairs},:`])
    assert.equal(await statusOf(verifying({}, keys).edge, signed(picture, "", "")), 403, keys);
});

test("a URL whose time is over is refused once its signature was right", async () => {
  const { edge } = verifying();
  const now = Math.floor(Date.now() / 1000);
  for (const [options, status] of [
    [`exp:${now - 2}`, 404],
    [`expires:1`, 404],
    [`exp:${now + 60}`, 200],
    ["exp:0", 200],
    ["exp:1/exp:0", 200],
    ["exp:soon", 200],
    ["pr:x/exp:1", 200],
    ["exp%3A1", 404],
  ] as const) {
    const path = `/${options.replace("%3A", ":")}/plain/s3://b/k`;
    assert.equal(
      await statusOf(edge, signed(path).replace(path, `/${options}/plain/s3://b/k`)),
      status,
      options,
    );
  }
  assert.equal(await statusOf(edge, "/_/exp:1/plain/s3://b/k"), 403);
});

test("below a prefix it is what follows that is signed, and what is no picture needs no signature", async () => {
  const { edge } = verifying({ IMGPROXY_PATH_PREFIX: "/img" });
  assert.equal(await statusOf(edge, `/img${signed(picture)}`), 200);
  for (const path of ["/img/health", "/img/", "/img/favicon.ico", "/elsewhere/a/b"])
    assert.equal(await statusOf(edge, path), 200, path);
  assert.equal(await statusOf(edge, `/img/x${picture}`, "OPTIONS"), 200);
  assert.equal(await statusOf(edge, `/img/${"x".repeat(7000)}/a`), 414);
});

test("edge and function accept the same URLs, whatever they hold", async () => {
  const env = { ...plain, IMGPROXY_SIGNATURE_SIZE: "12", IMGPROXY_TRUSTED_SIGNATURES: "trusted,täglich" };
  const config = readConfig(env);
  const language = compileLanguage(config, 0);
  const { edge } = verifying(env);
  const parsed = (path: string) => {
    try {
      parse(requestFor({ config }, { path }).http, language, 0);
      return 200;
    } catch (error) {
      if (error instanceof Failure) return error.status;
      throw error;
    }
  };
  const part = fc.constantFrom(
    "w:1",
    "plain",
    "s3://b/k",
    "a%3Ab",
    "é",
    "",
    "..",
    "%2F",
    "aHR0cDovL2E",
    "x@png",
  );
  const paths = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join("/")}`);
  const by = fc.constantFrom("right", "right", "trusted", "täglich", "_", "cut", "long", "%74rusted");
  const property = fc.asyncProperty(paths, by, fc.constantFrom("/", "//"), async (path, how, slashes) => {
    const normal = path.replace(/^\/+/, "").replaceAll("%3A", ":");
    const mac = createHmac("sha256", "test-key").update(`test-salt/${normal}`).digest();
    const right = mac.subarray(0, 12).toString("base64url");
    const words = { right, cut: right.slice(1), long: mac.toString("base64url") };
    const signature = Object.entries(words).find(([name]) => name === how)?.[1] ?? how;
    const uri = `${slashes}${signature}${path}`;
    const allowed = (await statusOf(edge, uri)) !== 403;
    assert.equal(allowed, parsed(uri) !== 403, uri);
  });
  await fc.assert(property, { numRuns: 20_000 });
});

test("with the verification it is as small, and written in the language CloudFront offers", async () => {
  const code = viewerRequestCode(readConfig({ IMGPROXY_PATH_PREFIX: `/${"p".repeat(100)}` }), true);
  assert.ok(Buffer.byteLength(code) < 10_000);
  const absent = ["array-spread", "async-generator", "class", "default-argument", "destructuring", "for-of"];
  const younger = ["generator", "logical-assignment", "object-rest-spread", "optional-catch-binding"];
  const rest = ["optional-chain", "regexp-lookbehind-assertions", "regexp-dot-all-flag", "rest-argument"];
  const supported = Object.fromEntries([...absent, ...younger, ...rest].map((feature) => [feature, false]));
  assert.equal((await transform(code, { supported })).code, (await transform(code)).code);
  assert.match(code, /^import cf from "cloudfront";\n/, "CloudFront wants it in the first line");
});
