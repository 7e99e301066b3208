import assert from "node:assert/strict";
import { buffer } from "node:stream/consumers";
import { describe, test } from "node:test";
import fc from "fast-check";
import { readConfig } from "../lambda/config/variables.ts";
import {
  bodyBytes,
  clientIp,
  fits,
  fromEvent,
  type HttpResponse,
  RESPONSE_LIMIT,
  requestId,
  responseBytes,
  toResult,
  toStreamed,
} from "../lambda/http.ts";
import { derivativeKey } from "../lambda/url/key.ts";
import { eventOf } from "./invocation.ts";
import { oracle } from "./oracle.ts";

test("without the edge, the path is the URL's own, undecoded", () => {
  const http = fromEvent(eventOf("/sig/w:1/plain/s3:%2F%2Fb/a%20b%25.jpg"), "id-1");
  assert.equal(http.path, "/sig/w:1/plain/s3:%2F%2Fb/a%20b%25.jpg");
  assert.equal(http.edgeKey, undefined);
  assert.equal(http.method, "GET");
});

test("behind the edge, the header holds the path and the URL the key", () => {
  const http = fromEvent(
    eventOf("/abc/def.webp", { "x-shutterspeed-path": "/sig/w:1/plain/s3://b/k.jpg" }),
    "id-1",
  );
  assert.equal(http.path, "/sig/w:1/plain/s3://b/k.jpg");
  assert.equal(http.edgeKey, "abc/def.webp");
});

test("behind the edge, what is accepted is what the key says, not what some proxy adds", () => {
  const path = "/sig/w:1/plain/s3://b/k.jpg";
  const config = readConfig({ IMGPROXY_AUTO_WEBP: "1", IMGPROXY_AUTO_AVIF: "1" });
  for (const accept of ["image/avif,image/webp,*/*", "image/webp", "*/*"]) {
    const key = derivativeKey(path, accept, config) ?? "";
    const headers = { accept: "image/avif", "x-shutterspeed-path": path };
    const http = fromEvent(eventOf(`/${key}`, headers), "id");
    assert.equal(derivativeKey(path, http.headers.accept, config), key);
  }
});

test("a query is no part of the path", () => {
  assert.equal(fromEvent(eventOf("/a", { "x-shutterspeed-path": "/b?c=/d" }), "id").path, "/b");
  assert.equal(fromEvent(eventOf("/a?b"), "id").path, "/a");
});

test("headers are known by lower-case names", () => {
  const http = fromEvent(eventOf("/", { Accept: "image/webp", "X-Request-ID": "mine" }), "id");
  assert.equal(http.headers.accept, "image/webp");
  assert.equal(http.id, "mine");
});

interface RequestIdVector {
  readonly id: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly expect: string;
}

describe("requestId: a request is known by imgproxy's id", () => {
  for (const { id, headers, expect } of oracle<RequestIdVector>("requestId")) {
    test(id, () => {
      // imgproxy reads Lambda's context from a header of its adapter; to us it comes as an argument.
      const invocation = /"requestId":"([^"]*)"/.exec(headers["x-amzn-request-context"] ?? "")?.[1] ?? "ours";
      assert.equal(fromEvent(eventOf("/", headers), invocation).id, expect);
    });
  }
});

test("a request id that could break a header or a log line is replaced", () => {
  assert.equal(requestId({ "x-request-id": "a".repeat(128) }, "ours"), "a".repeat(128));
  for (const own of ["", "a".repeat(129), "a b", "a\r\nSet-Cookie: x", "ü", "a:b"]) {
    assert.equal(requestId({ "x-request-id": own }, "ours"), "ours", own);
  }
});

const header = fc.dictionary(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), { maxKeys: 4 });
const body = fc.oneof(fc.uint8Array({ maxLength: 50 }), fc.string({ unit: "binary", maxLength: 50 }));

test("a response is counted to the byte of the JSON Lambda receives", () => {
  const property = fc.property(fc.integer({ min: 200, max: 599 }), header, body, (status, headers, body) => {
    const response = { status, headers, body };
    assert.equal(responseBytes(response), Buffer.byteLength(JSON.stringify(toResult(response))));
  });
  fc.assert(property);
});

test("bytes come out of the result as they went in, from anywhere in their buffer", () => {
  const bytes = new Uint8Array([0, 1, 2, 250, 255, 9]).subarray(1, 5);
  const result = toResult({ status: 200, headers: {}, body: bytes });
  assert.equal(result.isBase64Encoded, true);
  assert.deepEqual([...Buffer.from(result.body, "base64")], [1, 2, 250, 255]);
});

test("text goes out as it is", () => {
  const result = toResult({ status: 404, headers: { a: "b" }, body: "Not here" });
  assert.deepEqual(result, {
    statusCode: 404,
    headers: { a: "b" },
    isBase64Encoded: false,
    body: "Not here",
  });
});

test("the largest response that fits is the last one Lambda takes", () => {
  const of = (bytes: number): HttpResponse => ({ status: 200, headers: {}, body: Buffer.alloc(bytes) });
  // {"statusCode":200,"headers":{},"isBase64Encoded":true,"body":""} has 64 bytes.
  const largest = Math.floor((RESPONSE_LIMIT - 64) / 4) * 3;
  assert.equal(responseBytes(of(largest)), RESPONSE_LIMIT);
  assert.ok(fits(of(largest)));
  assert.ok(!fits(of(largest + 1)));
});

interface ClientIpVector {
  readonly id: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly expect: string;
}

describe("clientIp: a request comes from where imgproxy says it does", () => {
  for (const { id, headers, expect } of oracle<ClientIpVector>("clientIp")) {
    test(id, () => {
      const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
      assert.equal(clientIp(Object.fromEntries(lower), "127.0.0.1"), expect);
      assert.equal(fromEvent(eventOf("/", headers), "id").clientIp, expect);
    });
  }
});

test("the client's address is what the first of those tells who know: CDN, proxies, the connection", () => {
  const all = {
    "cf-connecting-ip": "1.1.1.1",
    "x-forwarded-for": " 2.2.2.2 ,9.9.9.9",
    "x-real-ip": "3.3.3.3",
  };
  const { "cf-connecting-ip": _, ...proxied } = all;
  assert.equal(clientIp(all, "4.4.4.4"), "1.1.1.1");
  assert.equal(clientIp(proxied, "4.4.4.4"), "2.2.2.2");
  assert.equal(clientIp({ "x-forwarded-for": "", "x-real-ip": "3.3.3.3" }, "4.4.4.4"), "3.3.3.3");
  assert.equal(clientIp({}, "4.4.4.4"), "4.4.4.4");
  assert.equal(clientIp({}), undefined);
});

test("what is streamed is the body as it is, and no length, which Lambda would call otherwise", async () => {
  const headers = { "Content-Type": "image/png", "Content-Length": "4" };
  const {
    statusCode,
    headers: said,
    body,
  } = toStreamed({ status: 201, headers, body: Buffer.from([0, 255, 128, 10]) });
  assert.deepEqual([statusCode, said], [201, { "Content-Type": "image/png" }]);
  assert.ok(typeof body !== "string");
  assert.deepEqual([...(await buffer(body))], [0, 255, 128, 10]);
  assert.equal(toStreamed({ status: 304, headers: {}, body: "" }).body, "");
});

test("bytes are counted as a client gets them, in base64, as text and streamed", () => {
  for (const [body, bytes] of [
    [Buffer.alloc(9), 9],
    [Buffer.alloc(10), 10],
    ["é", 2],
    ["", 0],
  ] as const) {
    const response = { status: 200, headers: {}, body };
    assert.deepEqual([bodyBytes(toResult(response)), bodyBytes(toStreamed(response))], [bytes, bytes]);
  }
});
