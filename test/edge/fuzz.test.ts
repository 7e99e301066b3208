import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { test } from "node:test";
import { readConfig } from "../../lambda/config/variables.ts";
import { Failure } from "../../lambda/errors.ts";
import { fromEvent } from "../../lambda/http.ts";
import { s3Address } from "../../lambda/source/s3-address.ts";
import { derivativeKey, resolvedSource } from "../../lambda/url/key.ts";
import { compileLanguage } from "../../lambda/url/language.ts";
import { readPath } from "../../lambda/url/parse.ts";
import { signedPathIn } from "../../lambda/url/path.ts";
import { edgeFunction } from "../../lib/local/edge/edge-function.ts";
import { random } from "../../lib/local/samples/random.ts";
import { viewerRequestCode } from "../../lib/stack/edge-code.ts";
import { eventOf } from "../invocation.ts";

/** Some of each half are spelled as their owner would, and in other ways that mean the same; the others are damaged. */
const URLS = 100_000;

const parties = [
  {},
  { IMGPROXY_AUTO_WEBP: "1", IMGPROXY_PATH_PREFIX: "/img" },
  { IMGPROXY_BASE_URL: "s3://b/", IMGPROXY_SOURCE_URL_QUERY_SEPARATOR: " " },
  {
    IMGPROXY_URL_REPLACEMENTS: `s3://*tures/=S3://q\${1}/p/;S3://*/*x=s3://b/\${2}y/`,
    IMGPROXY_BASE_URL: "s3",
  },
  { IMGPROXY_BASE64_URL_INCLUDES_FILENAME: "1", IMGPROXY_SOURCE_URL_QUERY_SEPARATOR: "?version=" },
  { IMGPROXY_ONLY_PRESETS: "1", IMGPROXY_PRESETS: "a=w:1,thumb=h:2" },
  { IMGPROXY_ARGUMENTS_SEPARATOR: "a" },
].map((env) => {
  const config = readConfig(env);
  return { config, language: compileLanguage(config, 0), edge: edgeFunction(viewerRequestCode(config)) };
});

const next = random(1);
const below = (limit: number) => Math.floor(next() * limit);
const one = <T>(from: readonly [T, ...T[]]): T => from[below(from.length)] ?? from[0];
const some = <T>(most: number, make: () => T) => Array.from({ length: below(most + 1) }, make);

const piece = () =>
  one(["k", "a b", "é", "100%", "?", "?version=2", "#", "@2x", ".", "x/y", "//", "plain/", "s3:/"]);
const object = () => ({ bucket: one(["b", "pictures", "B.c"]), key: `k${some(4, piece).join("")}` });
const option = () =>
  one(["w:100", "h:1", "rs:fit:10:20", "g:sm", "pd:1:2:3:4", "bg:fff", "thumb:a", "cb:plain"]);

/** A URL as its structure says it, with where it leads to by default; `spell` says it in one of the ways that mean the same. */
function structured() {
  const signature = one(["unsafe", "_", "oKfUtW34Dvo2BGQehJFR4Nr0", "img"]);
  const { bucket, key } = object();
  const scheme = one(["s3", "s3", "S3", "http", "HTTPS"]);
  const source = `${scheme}://${bucket}/${one(["", "", "/"])}${key}`;
  const base64 = Buffer.from(source).toString("base64url");
  const extension = one(["", "png", "webp"]);
  const encoded = one([
    { plain: true, text: encodeURIComponent(source).replace(/^(s3|https?)%3A%2F%2F/i, "$1://") },
    { plain: false, text: base64 },
    { plain: false, text: `${base64.slice(0, 5)}/${base64.slice(5)}` },
  ]);
  const ending = extension && `${encoded.plain ? "@" : "."}${extension}`;
  const options = some(3, option);
  const spell = () => {
    const said = options.map((each) => each.replaceAll(":", () => one([":", "%3A"])));
    const text = encoded.plain ? `plain/${encoded.text.replace("://", one(["://", ":/"]))}` : encoded.text;
    return `${one(["/", "//"])}${signature}${one(["/", "//"])}${[...said, text + ending].join("/")}`;
  };
  // A page of the web is called by its whole URL.
  const page = scheme.toLowerCase() + source.slice(scheme.length);
  return { spell, object: /^http/.test(page) ? page : `s3://${bucket}/${key.split("?")[0]}` };
}

/** Cut, doubled, or with something put in. */
function damaged(path: string): string {
  const at = below(path.length);
  const put = one([
    "",
    "/",
    "//",
    "plain/",
    "plain",
    ":",
    "%",
    "%3A",
    "%3a",
    ".",
    "=",
    "==",
    "@",
    "a",
    "\ufffd",
    "é",
    "?",
  ]);
  const damage = path.slice(0, at) + put + path.slice(at + one([0, 0, 1, 1, 5]));
  return below(3) === 0 ? damaged(damage) : damage;
}

const tagOf = (object: string) => hash("sha256", object, "hex").slice(0, 32);
const accepts = ["*/*", "image/webp,*/*"] as const;

/** The object that drawing a path would read; `undefined` when it is refused. */
function objectRead(path: string, { config, language }: (typeof parties)[number]): string | undefined {
  try {
    const { source } = readPath(path, language, 0);
    if (source !== resolvedSource({ path }, config)) return undefined;
    if (/^https?:\/\//i.test(source)) return source.replace(/^\w+/, (scheme) => scheme.toLowerCase());
    if (!/^s3:\/\//i.test(source)) return undefined;
    const { bucket, key } = s3Address(source, config.sourceQuerySeparator);
    return `s3://${bucket}/${key}`;
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

test(`of ${URLS} URLs each has one key, at the edge and in the function, and each key one meaning`, () => {
  const keys = new Map<string, string>();
  const meanings = new Map<string, string>();
  let read = 0;
  for (let nth = 0; nth < URLS; nth++) {
    const url = structured();
    const whole = nth % 2 === 0;
    const bare = whole ? url.spell() : damaged(url.spell());
    const at = whole && nth % 4 === 0 ? 0 : below(parties.length);
    const party = parties[at] ?? parties[0];
    assert.ok(party);
    const { config, edge } = party;
    const path = config.pathPrefix + bare.replace(/\?.*$/s, "");
    const accept = one(accepts);

    const sent = edge({ method: "GET", uri: path, headers: { accept } });
    const key = derivativeKey(path, accept, config);
    assert.ok("uri" in sent);
    assert.equal(
      fromEvent(eventOf(sent.uri, sent.headers), "").path,
      key === undefined ? sent.uri : path,
      path,
    );
    if (key === undefined) continue;
    assert.equal(sent.uri, `/${key}`, path);

    const signed = signedPathIn(path, config.pathPrefix);
    assert.ok(signed);
    const token = key.slice(key.indexOf("."));
    const meaning = `${at} ${token} ${signed.signature} ${signed.path.replace(/^\//, "")}`;
    assert.equal(keys.get(meaning) ?? key, key, path);
    assert.equal(meanings.get(key) ?? meaning, meaning, path);
    keys.set(meaning, key);
    meanings.set(key, meaning);

    const found = objectRead(signed.path, party);
    if (found === undefined) continue;
    read++;
    assert.ok(key.startsWith(tagOf(found)), `${path} reads ${found}`);
    if (whole && at === 0) assert.equal(found, url.object, path);
  }
  assert.ok(keys.size > URLS / 4 && read > URLS / 4, `${keys.size} meanings, ${read} read`);
});

test("a URL has one key in all the ways that mean the same", () => {
  for (let nth = 0; nth < 1000; nth++) {
    const { spell } = structured();
    for (const { config } of parties) {
      const spelled = Array.from({ length: 8 }, () => derivativeKey(config.pathPrefix + spell(), "", config));
      assert.equal(new Set(spelled).size, 1, spell());
    }
  }
});
