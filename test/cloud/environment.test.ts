import assert from "node:assert/strict";
import { test } from "node:test";
import { startCloud } from "../../lib/local/cloud.ts";
import { ownAnswer } from "../../lib/local/edge/http.ts";
import { bundle } from "../../lib/local/lambda/bundle.ts";
import { startEnvironment } from "../../lib/local/lambda/environment.ts";
import { drawing, synthesized } from "../stack/synthesized.ts";

test("on this machine the function has the variables it has in the cloud", async (t) => {
  const { SHUTTERSPEED_DERIVATIVES_BUCKET, IMGPROXY_ALLOWED_SOURCES, ...deployed } = drawing(synthesized())
    .Environment.Variables;
  assert.ok(SHUTTERSPEED_DERIVATIVES_BUCKET);
  assert.equal(
    IMGPROXY_ALLOWED_SOURCES,
    "s3://",
    "here, where nothing is public, pages of the web are tried too",
  );
  assert.deepEqual(deployed, {
    MALLOC_ARENA_MAX: "2",
    UV_THREADPOOL_SIZE: "16",
    SHUTTERSPEED_KEEP_AFTER: "80",
  });

  const cloud = await startCloud({
    bundle: await bundle(`${import.meta.dirname}/../local/stand-in.ts`),
    s3: {
      endpoint: "http://127.0.0.1:9",
      region: "us-east-1",
      credentials: { accessKeyId: "id", secretAccessKey: "secret" },
    },
    derivatives: async () => ownAnswer(404, ""),
    env: {},
  });
  t.after(cloud.stop);
  const outcome = await cloud.fn.invoke({ rawPath: "/env" });
  assert.ok("json" in outcome);
  const env = JSON.parse(JSON.parse(outcome.json).body);
  assert.deepEqual({ ...env, ...deployed }, env);
  assert.ok(env.SHUTTERSPEED_DERIVATIVES_BUCKET);
});

test("the function dies at its cold start of what synthesis refuses, and says why", async (t) => {
  for (const [env, sentence] of [
    [{ IMGPROXY_KEY: "aa" }, "IMGPROXY_KEY and IMGPROXY_SALT: expected as many keys as salts, got 1 and 0"],
    [{ IMGPROXY_PRESETS: "a=no_such:1" }, "IMGPROXY_PRESETS: a: no_such: expected the name of an option"],
    [{ IMGPROXY_PATH_PREFIX: "i mg" }, "IMGPROXY_PATH_PREFIX: expected a path such as /img"],
  ] as const) {
    const logged: string[] = [];
    const log = (line: string) => logged.push(line);
    const environment = await startEnvironment({ bundle: await bundle(), env, memory: 512, timeout: 5, log });
    t.after(environment.kill);
    assert.ok("failed" in (await environment.invoke({ rawPath: "/health" })));
    assert.ok(
      logged.some((line) => line.includes(sentence)),
      logged.join("\n"),
    );
  }
});
