import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, test } from "node:test";
import { loadIn } from "../../lib/capacity/arguments.ts";
import { capacityFor } from "../../lib/capacity/capacity.ts";

const run = (...args: readonly string[]) =>
  spawnSync(process.execPath, ["bin/shutterspeed.ts", "capacity", ...args], { encoding: "utf8" });

test("arguments are read as people write them", () => {
  const { average, megapixels, rate, hitRatio, format } = loadIn({
    average: "800KB",
    megapixels: "12.5",
    rate: "50",
    "hit-ratio": "0.9",
    format: "jpg",
  });
  assert.deepEqual([average, megapixels, rate, hitRatio, format], [800_000, 12.5, 50, 0.9, "jpeg"]);
});

test("what is drawn and paid grows with the rate, and shrinks with what the cache answers", () => {
  const at = (rate: string, ratio: string) => capacityFor(loadIn({ rate, "hit-ratio": ratio }));
  const [calm, busy, cold] = [at("10", "0.9"), at("100", "0.9"), at("100", "0")];
  assert.ok(Math.abs(busy.dollars / calm.dollars - 10) < 0.01);
  assert.ok(cold.dollars > busy.dollars && cold.concurrency > 7 * busy.concurrency);
  assert.equal(at("10", "1").shares["Lambda time"], 0);
});

test("dollars are what their shares sum up to, by prices anybody can look up", () => {
  // 1 request a second, all of them drawn: 2,630,016 a month at 0.20 dollars a million.
  const { dollars, shares } = capacityFor(loadIn({ rate: "1", "hit-ratio": "0" }));
  assert.equal(shares["Lambda requests"]?.toFixed(3), "0.526");
  assert.equal(
    dollars.toFixed(6),
    Object.values(shares)
      .reduce((sum, one) => sum + one, 0)
      .toFixed(6),
  );
});

test("larger sources get longer timeouts and more memory", () => {
  const [small, large] = [loadIn({ average: "200KB" }), loadIn({ average: "40MB" })].map(capacityFor);
  assert.ok(small && large && large.downloadTimeout > small.downloadTimeout && large.memory > small.memory);
  // 40 MB times four are 15 % of 1017 MB.
  assert.equal(large.memory, 1024);
  assert.equal(large.functionTimeout, large.downloadTimeout + 3);
});

test("AVIF is given the CPU it takes", () => {
  const [webp, avif] = [loadIn({ width: "2000" }), loadIn({ width: "4000", format: "avif" })].map(
    capacityFor,
  );
  assert.ok(webp && avif && avif.memory > webp.memory);
});

describe("as a program", () => {
  test("it prints its arithmetic, and the same as JSON", () => {
    const { stdout, status } = run(
      "--average",
      "2MB",
      "--megapixels",
      "12",
      "--rate",
      "50",
      "--hit-ratio",
      "0.9",
      "--format",
      "webp",
    );
    assert.equal(status, 0);
    assert.match(stdout, /IMGPROXY_DOWNLOAD_TIMEOUT +\d+\n/);
    assert.match(stdout, /Prices: us-east-1, \d{4}-\d\d/);
    assert.equal(typeof JSON.parse(run("--json").stdout).dollars, "number");
    assert.match(run("--help").stdout, /--hit-ratio <number> +the part/);
  });

  for (const [args, sentence] of [
    [["--average", "much"], '--average: expected a size such as 2MB, got "much"'],
    [["--hit-ratio", "3"], '--hit-ratio: expected a number from 0 to 1, got "3"'],
    [["--rate", "-1"], undefined],
    [["--format", "svg"], '--format: expected a format that can be written, got "svg"'],
    [["--architecture", "mips"], '--architecture: expected arm64 or x86_64, got "mips"'],
  ] as const) {
    test(`${args.join(" ")} gets one sentence`, () => {
      const { stderr, status } = run(...args);
      if (sentence) assert.equal(stderr, `${sentence}\n`);
      assert.equal(status, 2);
      assert.ok(!stderr.includes("    at "));
    });
  }
});
