import assert from "node:assert/strict";
import { test } from "node:test";
import { startCloud } from "../../lib/local/cloud.ts";
import { bundle } from "../../lib/local/lambda/bundle.ts";
import { drawing, synthesized } from "../stack/synthesized.ts";

test("on this machine the function has the variables it has in the cloud", async (t) => {
  const { SHUTTERSPEED_DERIVATIVES_BUCKET, ...deployed } = drawing(synthesized()).Environment.Variables;
  assert.ok(SHUTTERSPEED_DERIVATIVES_BUCKET);
  assert.deepEqual(deployed, { MALLOC_ARENA_MAX: "2", UV_THREADPOOL_SIZE: "16" });

  const cloud = await startCloud({
    bundle: await bundle(`${import.meta.dirname}/../local/stand-in.ts`),
    s3: {
      endpoint: "http://127.0.0.1:9",
      region: "us-east-1",
      credentials: { accessKeyId: "id", secretAccessKey: "secret" },
    },
    env: {},
  });
  t.after(cloud.stop);
  const outcome = await cloud.fn.invoke({ rawPath: "/env" });
  assert.ok("json" in outcome);
  const env = JSON.parse(JSON.parse(outcome.json).body);
  assert.deepEqual({ ...env, ...deployed }, env);
  assert.ok(env.SHUTTERSPEED_DERIVATIVES_BUCKET);
});
