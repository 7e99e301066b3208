import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, test } from "node:test";
import type { Variable } from "../../lambda/config/kinds.ts";
import { type Config, readConfig, variables } from "../../lambda/config/variables.ts";
import {
  derivativeKey,
  derivativePrefixes,
  objectTag,
  resolvedSource,
  settingsHash,
  sourceTag,
  tagOf,
} from "../../lambda/url/key.ts";
import { parse } from "../../lambda/url/parse.ts";
import { splitTarget } from "../../lambda/url/path.ts";
import { drawn } from "../pictures.ts";
import { requestFor, servicesOf } from "../services.ts";

const config = readConfig({});
const sourceOf = (path: string, given: Config) => resolvedSource(splitTarget(path, given.pathPrefix), given);
const base64 = (source: string) => Buffer.from(source).toString("base64url");

test("the source is read however the path spells it", () => {
  const source = "s3://pictures/a b/é@2x.jpg";
  const spellings = [
    `/sig/w:1/plain/${encodeURIComponent(source)}@webp`,
    "/sig/plain/s3://pictures/a%20b/%C3%A9%402x.jpg",
    "/sig/w:1/h:2/plain/s3:/pictures/a%20b/%C3%A9%402x.jpg",
    `/sig/w:1/${base64(source)}.png`,
    `/sig/w%3A1/${base64(source).slice(0, 9)}/${base64(source).slice(9)}`,
    `//sig//w:1/${base64(source)}==`,
  ];
  for (const path of spellings) assert.equal(sourceOf(path, config), source, path);
});

test("derivatives of one source share a prefix, and nothing else", () => {
  const keys = ["/s/w:1/plain/s3://b/k", "/s/w:2/plain/s3://b/k", `/s/w:1/${base64("s3://b/k")}`].map(
    (path) => derivativeKey(path, undefined, config),
  );
  assert.equal(new Set(keys).size, 3);
  for (const key of keys) assert.ok(key?.startsWith(derivativePrefixes(tagOf("s3://b/k", config))[0]));
});

test("an object's tag is that of what URLs call it, whatever its key holds and whatever version they name", () => {
  for (const [key, url] of [
    ["a b/é+%.jpg", "s3://b/a b/é+%.jpg"],
    ["k", "S3://b//k?version"],
    ["100%25#1&<2>.png", "s3://b/100%25#1&<2>.png"],
  ] as const)
    assert.equal(objectTag("b", key), tagOf(url, config), url);
  assert.equal(objectTag("b", "a?b"), tagOf("s3://b/a?b", { sourceQuerySeparator: "" }));
  assert.notEqual(objectTag("b", "K"), objectTag("b", "k"));
});

test("another signature is another key", () => {
  assert.notEqual(derivativeKey("/a/w:1/x", "", config), derivativeKey("/b/w:1/x", "", config));
});

test("what cannot be decoded is taken as it stands", () => {
  assert.equal(sourceOf("/sig/plain/s3://b/%zz", config), "s3://b/%zz");
  assert.equal(sourceOf("/sig/w:1/_w8", config), "_w8");
  assert.equal(sourceOf("/sig/w:1/aGk*", config), "aGk*");
});

test("a source that is no text is refused, not guessed: no tag would name the object", () => {
  const { language } = servicesOf();
  const read = (bytes: Buffer) => {
    const path = `/sig/w:1/${bytes.toString("base64url")}`;
    return parse(requestFor({ config }, { path }).http, language, 0).source;
  };
  assert.throws(() => read(Buffer.from("s3://b/\xff", "latin1")), { name: "SourceUnreachable", status: 404 });
  const legal = "s3://b/\ufffd";
  assert.equal(read(Buffer.from(legal)), legal);
  assert.equal(sourceOf(`/sig/w:1/${base64(legal)}`, config), legal);
});

test("Accept counts as far as formats are negotiated", () => {
  const tokenOf = (env: Record<string, string>, accept?: string) =>
    derivativeKey("/s/plain/x", accept, readConfig(env))?.split(".")[1];
  const browser = "image/avif,image/webp,image/*";
  assert.equal(tokenOf({}, browser), "any");
  assert.equal(tokenOf({ IMGPROXY_AUTO_WEBP: "1" }, browser), "webp");
  assert.equal(tokenOf({ IMGPROXY_AUTO_WEBP: "1", IMGPROXY_ENFORCE_AVIF: "1" }, browser), "avif-webp");
  assert.equal(tokenOf({ IMGPROXY_AUTO_WEBP: "1" }), "any");
  const newest = `image/jxl,${browser}`;
  assert.equal(tokenOf({ IMGPROXY_AUTO_JXL: "1" }, newest), "jxl");
  assert.equal(tokenOf({ IMGPROXY_ENFORCE_JXL: "1", IMGPROXY_AUTO_WEBP: "1" }, newest), "jxl-webp");
  assert.equal(tokenOf({ IMGPROXY_ENFORCE_JXL: "1" }, browser), "any");
});

test("a file name in a base64 URL is not part of the source", () => {
  const named = readConfig({ IMGPROXY_BASE64_URL_INCLUDES_FILENAME: "1" });
  assert.equal(sourceOf(`/sig/w:1/${base64("s3://b/k")}.png/cat.jpg`, named), "s3://b/k");
  assert.equal(sourceOf(`/sig/w:1/${base64("s3://b/k")}`, named), "s3://b/k");
});

test("with presets only, the first part is no source", () => {
  const presets = readConfig({ IMGPROXY_ONLY_PRESETS: "1" });
  assert.equal(sourceOf(`/sig/thumb/${base64("s3://b/k")}`, presets), "s3://b/k");
  assert.equal(sourceOf("/sig/thumb:round/plain/s3://b/k", presets), "s3://b/k");
});

test("a path without a signature or anything after it has no key", () => {
  const long = `/sig/${"a".repeat(6140)}`;
  for (const path of ["", "/", "/sig", "/sig/", "/sig//", "///a/b", "/.well-known/x", long]) {
    assert.equal(derivativeKey(path, undefined, config), undefined, path);
  }
  assert.equal(sourceTag("/other/s/plain/x", readConfig({ IMGPROXY_PATH_PREFIX: "/img" })), undefined);
});

test("other settings for pictures are other keys, other settings for time and keys are not", () => {
  const key = (env: Record<string, string>) => derivativeKey("/s/w:1/plain/x", undefined, readConfig(env));
  assert.notEqual(key({ IMGPROXY_QUALITY: "50" }), key({}));
  assert.notEqual(key({ IMGPROXY_URL_REPLACEMENTS: "a=b" }), key({ IMGPROXY_URL_REPLACEMENTS: "c=b" }));
  assert.equal(key({ IMGPROXY_DOWNLOAD_TIMEOUT: "30", IMGPROXY_KEY: "aa", IMGPROXY_SALT: "bb" }), key({}));
});

/** Variables that change no picture, only who may ask for one, how long that may take, or what else is said of it. */
const unkeyed = [
  "IMGPROXY_KEY",
  "IMGPROXY_SALT",
  "IMGPROXY_SIGNATURE_SIZE",
  "IMGPROXY_TRUSTED_SIGNATURES",
  "IMGPROXY_SECRET",
  "IMGPROXY_PATH_PREFIX",
  "IMGPROXY_HEALTH_CHECK_PATH",
  "IMGPROXY_DOWNLOAD_TIMEOUT",
  "IMGPROXY_TIMEOUT",
  "IMGPROXY_CLIENT_KEEP_ALIVE_TIMEOUT",
  "IMGPROXY_USE_ETAG",
  "IMGPROXY_USE_LAST_MODIFIED",
  "IMGPROXY_DEVELOPMENT_ERRORS_MODE",
  "IMGPROXY_S3_ENDPOINT_USE_PATH_STYLE",
  "IMGPROXY_CLIENT_KEEP_ALIVE_TIMEOUT",
  "IMGPROXY_S3_ASSUME_ROLE_EXTERNAL_ID",
  "SHUTTERSPEED_CLIENT_HINTS_WIDTHS",
  "SHUTTERSPEED_CLIENT_HINTS_DPRS",
  "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
  "AWS_LAMBDA_FUNCTION_NAME",
  "SHUTTERSPEED_DERIVATIVES_BUCKET",
  "SHUTTERSPEED_KEEP_AFTER",
  "SHUTTERSPEED_KEYS_SECRET",
  "IMGPROXY_S3_ASSUME_ROLE_EXTERNAL_ID",
  "SHUTTERSPEED_KEYS_PARAMETER",
  "SHUTTERSPEED_RECENT_SHARE",
  "SHUTTERSPEED_RECENT_SECONDS",
];

const aPicture = join(mkdtempSync(join(tmpdir(), "key-")), "picture.png");
writeFileSync(aPicture, await drawn(2, 2).png().toBuffer());
after(() => rmSync(dirname(aPicture), { recursive: true }));

/** Values of variables, one of which at least each can read as something else than its default. */
const values = [
  "0",
  "1",
  "7",
  "4096",
  "a=b",
  "webp=50",
  "webp",
  "aa",
  "/p",
  "0.5",
  "text",
  "/9j/",
  "2024-01-01T00:00:00Z",
  "arn:aws:iam::123456789012:role/reader",
  "photos=arn:aws:s3:eu-central-1:123456789012:accesspoint/photos",
  import.meta.filename,
  aPicture,
];

describe("a variable set to another value", () => {
  for (const variable of Object.values<Variable>(variables)) {
    const { name, default: unset } = variable;
    const isKeyed = !unkeyed.includes(name);
    test(`${name}: ${isKeyed ? "other keys" : "the same keys"}`, () => {
      const other = values.find((text) => ![undefined, unset].includes(variable.read(text)));
      assert.ok(other, "no value tried is another");
      assert.notDeepEqual(variable.read(other), unset);
      // A key goes with its salt.
      const pair = /_(KEY|SALT)$/.test(name) ? { IMGPROXY_KEY: "aa", IMGPROXY_SALT: "aa" } : {};
      const hash = settingsHash(readConfig({ ...pair, [name]: other }));
      assert.equal(hash !== settingsHash(config), isKeyed);
    });
  }
});

test("one picture has one key, however its URL is spelled", () => {
  const key = (path: string) => derivativeKey(path, undefined, config);
  const plain = ["w:1/plain/s3://b/k", "w%3A1/plain/s3://b/k", "/w:1/plain/s3:/b/k", "//w:1/plain/s3://b/k"];
  const spellings = plain.flatMap((path) => [`/sig/${path}`, `//sig/${path}`]).map(key);
  assert.deepEqual([...new Set(spellings)], [key("/sig/w:1/plain/s3://b/k")]);
  for (const other of ["w%3a1/plain/s3://b/k", "w:1/plain/S3://b/k", "w:1/plain/s3://b/k@"]) {
    assert.notEqual(key(`/sig/${other}`), spellings[0], other);
  }
});

test("one object has one prefix, however sources name it", () => {
  const tags = (env: Record<string, string>, ...sources: string[]) =>
    new Set(sources.map((source) => sourceTag(`/sig/${base64(source)}`, readConfig(env))));
  const written = ["s3://b/a/k", "S3://b/a/k", "s3://b//a/k", "s3://b/a/k?", "s3://b/a/k?v1"];
  assert.equal(tags({}, ...written).size, 1);
  assert.equal(tags({ IMGPROXY_BASE_URL: "s3://b/" }, "a/k", "s3://b/a/k", "/a/k", "a/k?v").size, 1);
  assert.equal(tags({ IMGPROXY_URL_REPLACEMENTS: `pic:*/=s3://b/\${1}/` }, "pic:a/k", "s3://b/a/k").size, 1);
  assert.equal(tags({ IMGPROXY_SOURCE_URL_QUERY_SEPARATOR: " " }, "s3://b/k", "s3://b/k?").size, 2);
  assert.equal(tags({}, "s3://b/k", "s3://B/k", "s3://b/K", "s3://b/k/", "gs://b/k").size, 5);
});

test("a setting that refuses sources is part of the key: nothing kept before it is answered after", () => {
  const key = (env: Record<string, string>) => derivativeKey("/s/w:1/plain/x", undefined, readConfig(env));
  for (const name of ["ALLOWED_SOURCES", "S3_DENIED_BUCKETS", "ALLOWED_PROCESSING_OPTIONS"])
    assert.notEqual(key({ [`IMGPROXY_${name}`]: "a" }), key({}), name);
});
