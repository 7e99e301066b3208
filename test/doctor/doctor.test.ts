import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { after, describe, test } from "node:test";
import type { Check, Read, Report } from "../../lambda/doctor.ts";
import { advise, percentiles } from "../../lib/doctor/advice.ts";
import { diagnose } from "../../lib/doctor/doctor.ts";
import { bundle } from "../../lib/local/lambda/bundle.ts";
import { startEnvironment } from "../../lib/local/lambda/environment.ts";
import { record } from "../../lib/local/lambda/record.ts";
import { accessVariables } from "../../lib/local/s3/s3.ts";
import { ownS3 } from "../own-s3.ts";

const s3 = await ownS3();
await s3.put("cat.gif", Buffer.alloc(200_000, "GIF89a"));
after(() => s3[Symbol.asyncDispose]());
const env = {
  ...accessVariables(s3),
  AWS_CONFIG_FILE: "/dev/null",
  AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
};
Object.assign(process.env, env);

const named = ({ checks }: Report) => checks.map(({ name, ok }) => `${name} ${ok ? "ok" : "failed"}`);

test("a bucket that is there is reached step by step, and read as often as was said", async () => {
  const report = await diagnose("s3://pictures/cat.gif", 4, {});
  assert.deepEqual(named(report), ["credentials ok", "region ok", "resolve ok", "connect ok", "read ok"]);
  assert.equal(report.reads.length, 4);
  for (const [nth, read] of report.reads.entries()) {
    assert.equal(read.bytes, 200_000);
    assert.equal(read.connect !== undefined, nth % 2 === 0, "every other read is over a new connection");
    assert.ok(read.total >= read.firstByte + read.body - 1);
  }
  assert.match(advise(report)[0]?.what ?? "", /^IMGPROXY_DOWNLOAD_TIMEOUT=2$/);
});

test("what is wrong is said with what to do", async () => {
  const missing = await diagnose("s3://pictures/nothing.gif", 1, {});
  assert.match(advise(missing)[0]?.what ?? "", /^Check the bucket's name and the key/);
  const refused = await diagnose("s3://pictures/cat.gif", 1, { IMGPROXY_S3_ENDPOINT: "http://127.0.0.1:9" });
  assert.match(
    advise(refused)
      .map(({ what }) => what)
      .join(),
    /nobody listens there/,
  );
});

test("the deployed function says the same when it is invoked directly", async () => {
  const environment = await startEnvironment({
    bundle: await bundle(),
    env,
    memory: 512,
    timeout: 20,
    log() {},
  });
  const outcome = await environment.invoke({ doctor: { bucket: "pictures", key: "cat.gif", reads: 2 } });
  environment.kill();
  assert.ok("json" in outcome);
  const report = record(JSON.parse(String(record(JSON.parse(outcome.json)).body)));
  assert.equal(Array.isArray(report.reads) && report.reads.length, 2);
  assert.ok(!outcome.json.includes(s3.credentials.secretAccessKey));
});

const read: Read = { firstByte: 20, body: 30, total: 50, bytes: 1000 };
const reportOf = (checks: readonly Check[], more: Partial<Report> = {}): Report => ({
  host: "h",
  region: "eu-west-1",
  bucketRegion: undefined,
  checks,
  reads: [],
  ...more,
});

describe("advice", () => {
  test("a connection that comes to nothing is a closed way out", () => {
    const [advice] = advise(
      reportOf([{ name: "connect", ok: false, ms: 3000, says: "connect: not done within 3000 ms" }]),
    );
    assert.equal(advice?.what, "Open the way out");
    assert.match(advice.why, /security group.*S3 gateway endpoint or a NAT/);
  });

  test("a bucket elsewhere is named with its region", () => {
    const [advice] = advise(reportOf([], { bucketRegion: "us-east-1" }));
    assert.match(advice?.what ?? "", /^Set IMGPROXY_S3_REGION=us-east-1/);
  });

  test("a download may take three times what 99 of 100 reads took, and the function 3 s more", () => {
    const reads = Array.from({ length: 20 }, (_, nth) => ({ ...read, total: nth === 0 ? 1900 : 50 }));
    assert.deepEqual(
      advise(reportOf([], { reads })).map(({ what }) => what),
      ["IMGPROXY_DOWNLOAD_TIMEOUT=6", "A function timeout of at least 9 s"],
    );
  });

  test("percentiles are figures that were seen", () => {
    const figures = Array.from({ length: 100 }, (_, nth) => nth + 1);
    assert.deepEqual(percentiles([...figures, undefined]), { p50: 51, p90: 91, p99: 100 });
    assert.equal(percentiles([undefined]), undefined);
  });
});

describe("as a program", () => {
  const run = (...args: readonly string[]) =>
    spawnSync(process.execPath, ["bin/shutterspeed.ts", "doctor", ...args], {
      encoding: "utf8",
      env: { ...process.env, ...env },
    });

  test("it prints a report", () => {
    const { stdout, status } = run("s3://pictures/cat.gif", "--reads", "2");
    assert.match(stdout, /ok +connect/);
    assert.match(stdout, /IMGPROXY_DOWNLOAD_TIMEOUT=/);
    assert.equal(status, 0);
    assert.equal(
      JSON.parse(
        execFileSync(
          process.execPath,
          ["bin/shutterspeed.ts", "doctor", "s3://pictures/cat.gif", "--reads", "1", "--json"],
          {
            encoding: "utf8",
          },
        ),
      ).reads.length,
      1,
    );
  });

  for (const [args, sentence] of [
    [[], "missing required argument 'source'"],
    [["cat.gif"], 'expected s3://bucket/key, got "cat.gif"'],
    [["s3://pictures/cat.gif", "--reads", "no"], '--reads: expected an integer from 1 to 1000, got "no"'],
  ] as const) {
    test(`${args.join(" ") || "nothing"} gets one sentence`, () => {
      const { stderr, status } = run(...args);
      assert.equal(stderr, `${sentence}\n`);
      assert.equal(status, 2);
    });
  }
});
