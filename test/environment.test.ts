import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readEnvironment, unknownVariables } from "../lib/environment.ts";

describe("an environment has to fit into what Lambda takes, 4 KB", () => {
  test("names, values and what the stack adds count", () => {
    const bucket = "b".repeat(63);
    const added = `{"MALLOC_ARENA_MAX":"2","UV_THREADPOOL_SIZE":"16","SHUTTERSPEED_DERIVATIVES_BUCKET":"${bucket}","IMGPROXY_BASE_URL":""}`;
    const most = "x".repeat(4096 - added.length);
    assert.equal(readEnvironment({ IMGPROXY_BASE_URL: most }).baseUrl, most);
    assert.throws(() => readEnvironment({ IMGPROXY_BASE_URL: `${most}x` }), {
      message:
        "IMGPROXY_BASE_URL: expected a shorter value, for Lambda takes 4096 bytes of variables, got 4097 in all",
    });
  });

  test("bytes count, not characters", () => {
    assert.throws(() => readEnvironment({ IMGPROXY_BASE_URL: "ä".repeat(2100) }), {
      message: /for Lambda takes 4096/,
    });
  });
});

test("a variable nobody reads is told of, with the one that was meant", () => {
  const environment = {
    IMGPROXY_QUALTIY: "70",
    SHUTTERSPEED_KEEPAFTER: "1",
    IMGPROXY_BIND: ":8080",
    IMGPROXY_SENTRY_DSN: "x",
    IMGPROXY_JPEG_QUANT_TABLE: "1",
    IMGPROXY_JPEG_PROGRESSIVE: "1",
    IMGPROXY_FOO: "1",
    IMGPROXY_TTL: "60",
    PATH: "/bin",
  };
  assert.deepEqual(unknownVariables(environment), [
    "IMGPROXY_QUALTIY: not a variable we know, it changes nothing, did you mean IMGPROXY_QUALITY?",
    "SHUTTERSPEED_KEEPAFTER: not a variable we know, it changes nothing, did you mean SHUTTERSPEED_KEEP_AFTER?",
    "IMGPROXY_BIND: changes nothing here: Lambda listens and hands requests over; a function has no socket. `shutterspeed serve` reads it",
    "IMGPROXY_SENTRY_DSN: changes nothing here: failures are reported by CloudWatch, from the log",
    "IMGPROXY_JPEG_QUANT_TABLE: changes nothing here: a variable of imgproxy Pro, unknown to its open edition",
    "IMGPROXY_FOO: not a variable we know, it changes nothing",
  ]);
});
