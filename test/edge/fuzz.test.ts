import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { test } from "node:test";
import { Failure } from "../../lambda/errors.ts";
import { fromEvent } from "../../lambda/http.ts";
import { s3Address } from "../../lambda/source/s3-address.ts";
import { hintsIn } from "../../lambda/url/hints.ts";
import { derivativeKey, resolvedSource, settingsHash } from "../../lambda/url/key.ts";
import { parse, readPath } from "../../lambda/url/parse.ts";
import { signedPathIn } from "../../lambda/url/path.ts";
import { type EdgeRequest, edgeFunction, verifyingEdgeFunction } from "../../lib/local/edge/edge-function.ts";
import { memoryStore } from "../../lib/local/edge/key-value-store.ts";
import { viewerRequestCode } from "../../lib/stack/edge-code.ts";
import { eventOf } from "../invocation.ts";
import { tries } from "../thorough.ts";
import { type Party, parties, type Url, urlMaker } from "./fuzz-urls.ts";

const URLS = tries(5000, 100_000);

/** The edge of a deployment that says nothing of signatures, and the one that verifies them. */
const edges = new Map(
  await Promise.all(
    parties.map(async (party) => {
      const store = memoryStore();
      await store.put("keys", party.pairs);
      const verifying = verifyingEdgeFunction(viewerRequestCode(party.config, true), store);
      return [party, { plain: edgeFunction(viewerRequestCode(party.config)), verifying }] as const;
    }),
  ),
);

const tagOf = (object: string) => hash("sha256", object, "hex").slice(0, 32);

/** The object that drawing a path would read; `undefined` when it is refused. */
function objectRead(path: string, { config, language }: Party): string | undefined {
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

/** What the function makes of what the edge asks it: the key, or the failure. */
function parsed({ uri, headers }: EdgeRequest, { config, language }: Party) {
  const http = fromEvent(eventOf(uri, headers), "");
  const key = derivativeKey(http.path, http.headers.accept, config, hintsIn(http.headers, config));
  try {
    return { http, key, read: parse(http, language, Date.now()) };
  } catch (failure) {
    if (failure instanceof Failure) return { http, key, failure };
    throw failure;
  }
}

const keys = new Map<string, string>();
const meanings = new Map<string, string>();
const counted: Record<string, number> = {};
const count = (what: string) => {
  counted[what] = (counted[what] ?? 0) + 1;
};

/** Asks for a URL at both edges, and of the function what they say. */
async function check({ party, request, signed, expired, object }: Url): Promise<void> {
  const { config } = party;
  const { uri } = request;
  const edge = edges.get(party);
  assert.ok(edge);
  const sent = edge.plain(request);
  assert.ok("uri" in sent);
  const { http, key, read, failure } = parsed(sent, party);
  assert.equal(http.path, key === undefined ? sent.uri : uri, uri);
  if (key === undefined) return count("no picture");
  assert.equal(sent.uri, `/${key}`, uri);
  if (read) assert.deepEqual([read.key, http.edgeKey], [key, key], uri);

  const split = signedPathIn(uri, config.pathPrefix);
  assert.ok(split);
  // Deployments that differ in their signing keys alone share what is kept.
  const meaning = `${settingsHash(config)} ${key.slice(key.indexOf("."))} ${split.signature} ${split.path.replace(/^\//, "")}`;
  assert.equal(keys.get(meaning) ?? key, key, uri);
  assert.equal(meanings.get(key) ?? meaning, meaning, uri);
  keys.set(meaning, key);
  meanings.set(key, meaning);

  const found = objectRead(split.path, party);
  if (found !== undefined) {
    count("read");
    assert.ok(key.startsWith(tagOf(found)), `${uri} reads ${found}`);
    if (object !== undefined) assert.equal(found, object, uri);
  }
  if (party.pairs === "") return count("unsigned");

  const made = await edge.verifying(request);
  const status = "status" in made ? made.status : 200;
  count(`signed, ${signed ?? "damaged"}: ${status}`);
  assert.equal(status === 403, failure?.name === "Forbidden", uri);
  if (signed !== undefined) assert.equal(status === 403, signed === "wrong", uri);
  if (status === 404) assert.equal(failure?.name, "InvalidUrl", uri);
  if (expired !== undefined && status !== 403) assert.equal(status === 404, expired, uri);
  if (status === 200) assert.deepEqual(made, sent, uri);
}

test(`of ${URLS} URLs each has one key, at the edge and in the function, and each key one meaning; no bad signature passes`, async (t) => {
  const { make } = urlMaker(1);
  for (let nth = 0; nth < URLS; nth++) await check(make(nth));
  t.diagnostic(JSON.stringify({ keys: keys.size, ...counted }));
  assert.ok(keys.size > URLS / 4 && (counted.read ?? 0) > URLS / 4);
  for (const [kind, least] of [
    ["signed, right: 200", 40],
    ["signed, right: 404", 200],
    ["signed, wrong: 403", 40],
    ["signed, damaged: 200", 2000],
    ["signed, damaged: 403", 10],
    ["signed, damaged: 404", 5000],
  ] as const)
    assert.ok((counted[kind] ?? 0) >= URLS / least, `${kind}: ${counted[kind]}`);
});

test("a URL has one key in all the ways that mean the same", () => {
  const { structured } = urlMaker(2);
  for (let nth = 0; nth < 1000; nth++) {
    const { spell } = structured();
    for (const { config } of parties) {
      const spelled = Array.from({ length: 8 }, () =>
        derivativeKey(`${config.pathPrefix}/_/${spell()}`, "", config),
      );
      assert.equal(new Set(spelled).size, 1, spell());
    }
  }
});
