import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { answerFailure } from "../lambda/answer/answers.ts";
import { Deadline } from "../lambda/deadline.ts";
import { Failure, InternalError } from "../lambda/errors.ts";
import type { HttpResponse } from "../lambda/http.ts";
import { serve } from "../lambda/serve.ts";
import { type GetOptions, StoreError } from "../lambda/store/store.ts";
import type { Web } from "../lambda/store/web.ts";
import { storeOf, streamOf } from "./objects.ts";
import { onPurpose } from "./on-purpose.ts";
import { envOf, oracle, type Settings, unbuilt } from "./oracle.ts";
import { drawn } from "./pictures.ts";
import { requestFor, servicesOf } from "./services.ts";

type Headers = Readonly<Record<string, string | null>>;

interface Vector {
  readonly id: string;
  readonly note?: string;
  readonly config?: Settings;
  readonly method?: string;
  readonly path?: string;
  readonly requestHeaders?: Readonly<Record<string, string>>;
  /** What the source is asked, where that matters, and answers; `null`: a header that is not sent. */
  readonly source?: { readonly receives?: Headers; readonly status?: number; readonly headers?: Headers };
  readonly status: number;
  /** `null`: not sent; between slashes: a pattern. */
  readonly headers?: Headers;
  readonly body?: string;
  readonly bodyEqualsSource?: boolean;
}

const png = await drawn(40, 30).png().toBuffer();
const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><g/></svg>');

/** imgproxy's suite reads local files, and ours lie in a bucket. */
const pathOf = ({ note = "", path = pathFor(note) }: Vector) => path.replace("local:///", "s3://pictures/");

const pathFor = (note: string) =>
  note.startsWith("raw:1")
    ? "/unsafe/raw:1/plain/http://origin/test1.png"
    : "/unsafe/rs:fill:4:4/plain/local:///test1.png";

const outside = ({ config: { note: _, ...settings } = {} }: Vector) => unbuilt(settings);

/** The web of a vector: every host has its picture, and answers as its source does. What it was sent is remembered. */
function webOf({ source = {} }: Vector) {
  const sent: Readonly<Record<string, string>>[] = [];
  const given = Object.entries(typeof source === "string" ? {} : (source.headers ?? {}));
  const headers = Object.fromEntries(given.map(([name, value]) => [name.toLowerCase(), value ?? undefined]));
  const { etag, "last-modified": lastModified, "content-type": type } = headers;
  const stream = streamOf(png, { etag, lastModified, type });
  const web: Web = {
    get: async () => stream,
    async ask(page) {
      sent.push(page.headers ?? {});
      return { status: source.status ?? 200, headers, stream };
    },
  };
  return { web, sent };
}

/** An HTTP date, or one in so many seconds. */
const dateOf = (text: string) =>
  text.startsWith("+") ? new Date(Date.now() + Number.parseInt(text, 10) * 1000).toUTCString() : text;

const bytesOf = (path: string) => (path.includes(".svg") ? svg : png);

/** A bucket that answers as the vector's source does, and remembers what it was asked. */
function bucketOf({ source: { status = 200, headers = {} } = {} }: Vector) {
  const asked: GetOptions[] = [];
  const store = storeOf(async ({ bucket, key }, options) => {
    asked.push(options);
    if (bucket !== "pictures") throw new StoreError(404, "NoSuchBucket");
    if (status === 304) return "not modified";
    return streamOf(bytesOf(key), {
      etag: headers.ETag ?? undefined,
      lastModified: headers["Last-Modified"] ?? undefined,
      expires: headers.Expires ? dateOf(headers.Expires) : undefined,
    });
  });
  return { store, asked };
}

interface Answered extends HttpResponse {
  readonly asked: readonly GetOptions[];
  readonly sent: readonly Readonly<Record<string, string>>[];
}

async function answerTo(vector: Vector): Promise<Answered> {
  const { config: { note: _, ...settings } = {}, method = "GET", requestHeaders = {} } = vector;
  const { store, asked } = bucketOf(vector);
  const { web, sent } = webOf(vector);
  const services = { ...servicesOf(envOf(settings), { store }), web };
  const headers = Object.fromEntries(
    Object.entries(requestHeaders).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const context = requestFor(services, { method, path: pathOf(vector), headers });
  // The handler makes this of whatever else is thrown.
  if (vector.note === "panic in handler")
    return { ...answerFailure(new InternalError(""), context), asked, sent };
  const response = await serve(context, services, Deadline.in(10_000)).catch((error: unknown) => {
    if (!(error instanceof Failure)) throw error;
    return answerFailure(error, context);
  });
  return { ...response, asked, sent };
}

function assertHeader(value: string | undefined, expected: string | null, name: string) {
  if (expected?.startsWith("/")) assert.match(value ?? "", new RegExp(expected.slice(1, -1)), name);
  else assert.equal(value ?? null, expected, name);
}

/** Where we answer otherwise. */
const otherwise: Readonly<Record<string, string>> = {
  "derived:HEAD /whatever": onPurpose("head"),
  TestETagDataMatch: onPurpose("ownEtag"),
};

describe("http: a request is answered as imgproxy answers it", () => {
  for (const vector of oracle<Vector>("http")) {
    test(vector.id, { skip: outside(vector) || otherwise[vector.id] || false }, async () => {
      const { status, headers, body, asked, sent } = await answerTo(vector);
      assert.equal(status, vector.status);
      for (const [name, expected] of Object.entries(vector.headers ?? {}))
        assertHeader(headers[name], expected, name);
      if (vector.body !== undefined) assert.equal(body, vector.body);
      if (vector.bodyEqualsSource === false) assert.notDeepEqual(body, bytesOf(pathOf(vector)));
      const { receives = {} } = vector.source ?? {};
      const raw = Object.entries(receives).map(([name, value]) => [name.toLowerCase(), value]);
      if (sent.length > 0) return assert.deepEqual(sent, [Object.fromEntries(raw)]);
      const { "If-None-Match": tag, "If-Modified-Since": date } = receives;
      if (tag !== undefined) assert.deepEqual([asked.length, asked[0]?.ifNoneMatch ?? null], [1, tag]);
      if (date !== undefined) assert.deepEqual([asked.length, asked[0]?.ifModifiedSince ?? null], [1, date]);
    });
  }
});
