import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { conclude } from "../lambda/custom-resource.ts";
import { listen } from "../lib/local/listen.ts";

/** What S3 hears, for CloudFormation: it has handed out a signed URL. */
async function told(
  t: TestContext,
  work: Parameters<typeof conclude>[2],
  answer: RequestListener = (_, r) => r.end(),
) {
  const heard: { line: string; type: unknown; length: unknown; body: string }[] = [];
  const server = createServer(async (request, response) => {
    const { method, url, headers } = request;
    const { "content-type": type, "content-length": length } = headers;
    heard.push({ line: `${method} ${url}`, type, length, body: await text(request) });
    answer(request, response);
  });
  const port = await listen(server);
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const ids = { StackId: "stack", RequestId: "request", LogicalResourceId: "logical" };
  const event = {
    RequestType: "Create",
    ResponseURL: `http://127.0.0.1:${port}/told?signed=1`,
    ...ids,
    ResourceProperties: {},
  } as const;
  const concluded = conclude(event, "name", work);
  return { heard, ids, concluded };
}

test("CloudFormation is told at its signed URL, under no type, for that is signed, too", async (t) => {
  const { heard, ids, concluded } = await told(t, async () => undefined);
  await concluded;
  const body = JSON.stringify({ ...ids, PhysicalResourceId: "name", Status: "SUCCESS" });
  assert.deepEqual(heard, [{ line: "PUT /told?signed=1", type: "", length: `${body.length}`, body }]);
});

test("why it failed is told in as many words as CloudFormation reads: its whole answer has 4096 bytes", async (t) => {
  for (const [thrown, reason] of [
    [new Error("why"), /^why$/],
    ["no error", /^unforeseen$/],
    [new Error("ä".repeat(5000)), /^ä{1000}…$/],
  ] as const) {
    const { heard, concluded } = await told(t, () => Promise.reject(thrown));
    await concluded;
    const { Status, Reason } = JSON.parse(heard[0]?.body ?? "");
    assert.equal(Status, "FAILED");
    assert.match(Reason, reason);
    assert.ok(Buffer.byteLength(heard[0]?.body ?? "") < 4096);
  }
});

test("that it could not be told is a failure: Lambda does it again then", async (t) => {
  const refused = await told(
    t,
    async () => {},
    (_, response) => response.writeHead(403).end(),
  );
  await assert.rejects(refused.concluded, { message: "CloudFormation: 403" });
  const reset = await told(
    t,
    async () => {},
    (request) => request.socket.resetAndDestroy(),
  );
  await assert.rejects(reset.concluded, { code: "ECONNRESET" });
});

test("whoever is silent is waited for no longer than some seconds", async (t) => {
  const { concluded } = await told(
    t,
    async () => {},
    () => {},
  );
  await assert.rejects(concluded, { name: /^(TimeoutError|AbortError)$/ });
});
