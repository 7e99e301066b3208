import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { readConfig } from "../../lambda/config/variables.ts";
import { plainInfo, plan } from "../../lambda/image/plan.ts";
import { limitsOf } from "../../lambda/options/limits.ts";
import { keepAfter } from "../../lib/capacity/keeping.ts";

test("a picture is kept when drawing it twice more costs as much: by the prices of memory, CPU and S3", () => {
  // arm64, 1769 MB: a ms costs 0.0000133334 $ x 1769/1024 / 1000 = 23.034 n$.
  // Keeping: a PUT 5000 n$, 40 ms of waiting for it 921 n$, 0.023 $ x 30/30.44 months x 100 KB / 1 GiB 2111 n$: 8032 n$, half of it 4016.
  // Asking: a request 200 n$, a GET 400 n$; then 40 + 2 MB / 70 KB = 68.6 ms pass before anything is drawn: 3416 n$ = 148.3 ms - 68.6.
  assert.equal(keepAfter({ memory: 1769, architecture: "arm64", days: 30 }), 80);
  // x86_64: 28.792 n$ a ms; 3531 n$ = 122.6 ms - 68.6.
  assert.equal(keepAfter({ memory: 1769, architecture: "x86_64", days: 30 }), 54);
  // 3008 MB: no faster, and 39.167 n$ a ms; 3739 n$ = 95.5 ms - 68.6.
  assert.equal(keepAfter({ memory: 3008, architecture: "arm64", days: 30 }), 27);
  // 512 MB, 0.2894 of a vCPU: a ms of a whole one costs the same 23.034 n$; 3089 n$ = 134.1 ms - 40 x 0.2894 - 28.6.
  assert.equal(keepAfter({ memory: 512, architecture: "arm64", days: 30 }), 94);
  // A year: 25,685 n$ of storing, 15,803 n$ half of all; 660.0 ms - 68.6.
  assert.equal(keepAfter({ memory: 1769, architecture: "arm64", days: 365 }), 591);
  assert.equal(keepAfter({ memory: 10_240, architecture: "x86_64", days: 1 }), 0, "never less");
});

test("the guide to deployments says from when on", () => {
  const guide = readFileSync(new URL("../../lib/README.md", import.meta.url), "utf8");
  const from = keepAfter({ memory: 1769, architecture: "arm64", days: 30 });
  assert.ok(guide.includes(`keeping pays from ${from} ms of drawing on`));
});

test("so AVIF, large and animated pictures are kept, and a small JPEG is not", () => {
  const config = readConfig({ IMGPROXY_MAX_ANIMATION_FRAMES: "100" });
  const limits = { ...limitsOf(config), maxSrcResolution: Infinity, memory: Infinity };
  const offers = { auto: [], enforced: [], preferred: config.preferredFormats };
  const ms = (options: object, source: object) =>
    plan(
      options,
      { ...plainInfo, width: 1600, height: 1200, format: "jpeg", ...source },
      offers,
      limits,
      config,
    ).cost.total;
  const animation = { delays: Array.from({ length: 60 }, () => 40), loop: 0 };
  const moving = { width: 400, height: 300, format: "gif", animation };
  const from = keepAfter({ memory: 1769, architecture: "arm64", days: 30 });
  for (const [what, cost] of [
    ["AVIF", ms({ width: 1280, format: "avif" }, {})],
    ["large", ms({ width: 4000, format: "webp" }, { width: 8000, height: 6000 })],
    ["animated", ms({ width: 400, format: "webp" }, moving)],
  ] as const)
    assert.ok(cost >= from, `${what}: ${cost} ms of ${from}`);
  const cheap = ms({ width: 720, format: "jpeg" }, {});
  assert.ok(cheap < from / 2, `JPEG: ${cheap} ms of ${from}`);
});
