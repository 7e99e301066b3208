import assert from "node:assert/strict";
import { after, test } from "node:test";
import { ownS3 } from "../own-s3.ts";
import { startWire } from "../wire.ts";
import { ownCloud } from "./cloud.ts";

const s3 = await ownS3();
const wire = await startWire(Number(new URL(s3.endpoint).port));
wire.set("stalls");
after(async () => {
  wire.stop();
  await s3[Symbol.asyncDispose]();
});
const behindWire = { ...s3, endpoint: s3.endpoint.replace(/:\d+/, `:${wire.port}`) };

/** Which timeout ends a request for a source that does not come, and when: ms. */
for (const [names, env, timeout, ends] of [
  ["IMGPROXY_DOWNLOAD_TIMEOUT", { IMGPROXY_DOWNLOAD_TIMEOUT: "1s" }, 20, 1000],
  ["IMGPROXY_TIMEOUT, less the share of drawing", { IMGPROXY_TIMEOUT: "1" }, 20, 700],
  ["the function's remaining time", { IMGPROXY_DOWNLOAD_TIMEOUT: "30" }, 2, 1450],
] as const) {
  test(`${names} ends a download`, async () => {
    await using cloud = await ownCloud(behindWire, { derivatives: s3, env, timeout });
    const warm = await fetch(`${cloud.origin}/health`);
    assert.equal(warm.status, 200);

    const began = performance.now();
    const { status } = await fetch(cloud.url("never.png"));
    const took = performance.now() - began;
    assert.equal(status, 504);
    assert.ok(took > ends - 50 && took < ends + 600, `${took} ms, expected about ${ends} ms`);
  });
}
