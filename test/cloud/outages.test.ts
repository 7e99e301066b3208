import assert from "node:assert/strict";
import { after, afterEach, test } from "node:test";
import { startS3 } from "../../lib/local/s3/s3.ts";
import { ownS3 } from "../own-s3.ts";
import { drawn } from "../pictures.ts";
import { startWire } from "../wire.ts";
import { ownCloud } from "./cloud.ts";

/** The function's way to S3 leads over a wire that can be broken; the edge's own way to derivatives does not. */
const s3 = await ownS3();
await s3.put("seen.png", await drawn(1200, 900).png({ compressionLevel: 0 }).toBuffer());
const wire = await startWire(Number(new URL(s3.endpoint).port));
const endpoint = s3.endpoint.replace(/:\d+/, `:${wire.port}`);

/** Seconds. */
const timeout = 2;
const cloud = await ownCloud(
  { ...s3, endpoint },
  {
    derivatives: s3,
    timeout,
    // What is in memory would be answered without S3.
    env: { SHUTTERSPEED_RECENT_SHARE: "0" },
  },
);
afterEach(() => wire.set("flows"));
after(async () => {
  await cloud.stop();
  wire.stop();
  await s3[Symbol.asyncDispose]();
});

let nth = 0;
/** Every request is for another picture, so none is answered from a cache. */
const ask = async () => {
  const began = performance.now();
  const response = await fetch(cloud.url("seen.png", { width: 100, cachebuster: `${nth++}` }));
  const body = await response.text();
  return { status: response.status, body, ms: performance.now() - began };
};
const askMany = (count: number) => Promise.all(Array.from({ length: count }, ask));

const assertWorks = async () => assert.equal((await ask()).status, 200);

/** ms beside the function's timeout: the edge's own work on a busy machine. */
const SLACK = 500;

for (const [state, statuses] of [
  ["stalls", [504]],
  ["resets", [404, 502, 504]],
  ["cuts", [404, 422, 502, 504]],
] as const) {
  test(`while S3's network ${state}, every request is answered in time, and the next one after it works`, async () => {
    await assertWorks();
    const processes = await cloud.fn.pids();
    wire.set(state);
    for (const { status, body, ms } of await askMany(2)) {
      assert.ok((statuses as readonly number[]).includes(status), `${status} ${body}`);
      assert.ok(ms < timeout * 1000 + SLACK, `${ms} ms`);
    }
    wire.set("flows");
    await assertWorks();
    for (const pid of processes) assert.ok((await cloud.fn.pids()).includes(pid), "a process ended");
  });
}

test("requests under way when the network goes are answered in time", async () => {
  await assertWorks();
  const asked = askMany(2);
  wire.set("stalls");
  for (const { status, ms } of await asked) {
    assert.ok([200, 504].includes(status), `${status}`);
    assert.ok(ms < timeout * 1000 + SLACK, `${ms} ms`);
  }
});

test("S3 killed while requests run, and started again", async () => {
  await assertWorks();
  const asked = askMany(3);
  await s3.stop();
  for (const { status, ms } of [...(await asked), ...(await askMany(2))]) {
    assert.ok([200, 404, 502, 504].includes(status), `${status}`);
    assert.ok(ms < 2 * timeout * 1000 + SLACK, `${ms} ms`);
  }
  const again = await startS3(s3.folder);
  after(again.stop);
  wire.lead(Number(new URL(again.endpoint).port));
  await assertWorks();
});
