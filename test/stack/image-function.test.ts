import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, test } from "node:test";
import { Duration, Fn, Token } from "aws-cdk-lib";
import { Annotations, Match, type Template } from "aws-cdk-lib/assertions";
import { Architecture } from "aws-cdk-lib/aws-lambda";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import { plain } from "../drawing.ts";
import { all, drawing, logsOfDrawing, only, stackOf, synthesized } from "./synthesized.ts";

const template = synthesized();
const chosen = synthesized({
  architecture: Architecture.X86_64,
  memorySize: 3008,
  timeout: Duration.seconds(40),
  reservedConcurrency: 25,
  logRetention: RetentionDays.ONE_WEEK,
  environment: { IMGPROXY_QUALITY: "70", IMGPROXY_TTL: "60" },
});
const environment = (of: Template) => drawing(of).Environment.Variables;

test("unless told otherwise it runs on Node 24, arm64, with one vCPU and 20 seconds", () => {
  const { Runtime, Architectures, MemorySize, Timeout } = drawing(template);
  assert.deepEqual(
    { Runtime, Architectures, MemorySize, Timeout },
    {
      Runtime: "nodejs24.x",
      Architectures: ["arm64"],
      MemorySize: 1769,
      Timeout: 20,
    },
  );
});

test("CPU, memory, time and concurrency are whoever deploys it to choose", () => {
  const { Architectures, MemorySize, Timeout, ReservedConcurrentExecutions } = drawing(chosen);
  assert.deepEqual(
    [Architectures, MemorySize, Timeout, ReservedConcurrentExecutions],
    [["x86_64"], 3008, 40, 25],
  );
});

test("concurrency is not reserved unless asked for", () => {
  assert.equal("ReservedConcurrentExecutions" in drawing(template), false);
});

test("the variables reach the function by their own names", () => {
  const { IMGPROXY_QUALITY, IMGPROXY_TTL } = environment(chosen);
  assert.deepEqual([IMGPROXY_QUALITY, IMGPROXY_TTL], ["70", "60"]);
});

test("a file that a variable names is shipped with the function, which looks for it where Lambda unpacks it", () => {
  const folder = mkdtempSync(join(tmpdir(), "presets-"));
  try {
    const file = join(folder, "mine.txt");
    writeFileSync(file, "thumb=w:9\n");
    const of = synthesized({ environment: { IMGPROXY_PRESETS_PATH: file } });
    assert.equal(environment(of).IMGPROXY_PRESETS_PATH, "/var/task/IMGPROXY_PRESETS_PATH");
    writeFileSync(file, "thumb=w:x\n");
    assert.throws(() => stackOf({ environment: { IMGPROXY_PRESETS_PATH: file } }), {
      message: /^IMGPROXY_PRESETS_PATH: thumb: width: expected /,
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("the function knows where to keep derivatives", () => {
  const bucket = only(template, "AWS::S3::Bucket", ({ id }) => id.includes("Derivatives"));
  assert.deepEqual(environment(template).SHUTTERSPEED_DERIVATIVES_BUCKET, { Ref: bucket.id });
});

test("glibc is kept from a memory arena per thread, and libuv has threads beside those of a drawing given up", () => {
  const { MALLOC_ARENA_MAX, UV_THREADPOOL_SIZE } = environment(template);
  assert.deepEqual([MALLOC_ARENA_MAX, UV_THREADPOOL_SIZE], ["2", "16"]);
});

test("a key without its salt is refused", () => {
  assert.throws(() => stackOf({ environment: { IMGPROXY_KEY: "aa" } }), {
    message: "IMGPROXY_KEY and IMGPROXY_SALT: expected as many keys as salts, got 1 and 0",
  });
});

test("what the function would die of is refused with one sentence", () => {
  const refusals: readonly (readonly [Readonly<Record<string, string>>, string | RegExp])[] = [
    [{ IMGPROXY_QUALITY: "loud" }, 'IMGPROXY_QUALITY: expected an integer from 1 to 100, got "loud"'],
    [
      { IMGPROXY_PATH_PREFIX: "/i mg" },
      'IMGPROXY_PATH_PREFIX: expected a path such as /img, of letters, digits, dots, dashes, underscores and slashes, got "/i mg"',
    ],
    [
      { IMGPROXY_PRESETS: `a=fn:${"x".repeat(4096)}` },
      /^IMGPROXY_PRESETS: expected a shorter value, for Lambda takes 4096 bytes/,
    ],
    [{ IMGPROXY_PRESETS: "a=w:1/x:2" }, "IMGPROXY_PRESETS: a: x: expected the name of an option"],
  ];
  for (const [environment, message] of refusals) assert.throws(() => stackOf({ environment }), { message });
});

test("a value only CloudFormation knows is refused where the edge needs it, and handed on elsewhere", () => {
  const token = Fn.ref("Anything");
  for (const name of [
    "IMGPROXY_BASE_URL",
    "IMGPROXY_PATH_PREFIX",
    "IMGPROXY_KEY",
    "IMGPROXY_PRESETS",
    "IMGPROXY_AUTO_WEBP",
  ]) {
    assert.throws(() => stackOf({ environment: { [name]: `a${token}` } }), {
      message: `${name}: expected a value that is known at synthesis, for the edge is made with it, got a token`,
    });
  }
  const handedOn = synthesized({
    environment: {
      IMGPROXY_TIMEOUT: Token.asNumber(Fn.ref("Anything")),
      IMGPROXY_S3_ASSUME_ROLE_EXTERNAL_ID: token,
    },
  });
  const { IMGPROXY_TIMEOUT, IMGPROXY_S3_ASSUME_ROLE_EXTERNAL_ID } = environment(handedOn);
  assert.deepEqual(
    [IMGPROXY_TIMEOUT, IMGPROXY_S3_ASSUME_ROLE_EXTERNAL_ID],
    [{ Ref: "Anything" }, { Ref: "Anything" }],
  );
});

test("the derivative bucket's name, unknown at synthesis, takes its room in the environment", () => {
  const added = JSON.stringify({
    ...environment(template),
    IMGPROXY_TRUSTED_SIGNATURES: "",
    SHUTTERSPEED_DERIVATIVES_BUCKET: "b".repeat(63),
  });
  const room = 4096 - added.length;
  assert.doesNotThrow(() => stackOf({ environment: { IMGPROXY_TRUSTED_SIGNATURES: "x".repeat(room) } }));
  assert.throws(() => stackOf({ environment: { IMGPROXY_TRUSTED_SIGNATURES: "x".repeat(room + 1) } }), {
    message: /got 4097 in all$/,
  });
});

test("so does the ARN of a secret that is made, and the path of a file that is shipped", () => {
  const long = { environment: { IMGPROXY_TRUSTED_SIGNATURES: "x".repeat(3800) } };
  assert.doesNotThrow(() => stackOf({ unsigned: true, ...long }));
  assert.throws(() => stackOf({ unsigned: false, ...long }), {
    message: /^IMGPROXY_TRUSTED_SIGNATURES: expected a shorter value, for Lambda takes 4096 bytes/,
  });
});

const warningsOf = (environment: Readonly<Record<string, string>>) =>
  Annotations.fromStack(stackOf({ environment })).findWarning("*", Match.stringLikeRegexp("IMGPROXY"));

test("a stack that serves whoever asks says so", () => {
  const told = (unsigned: boolean) =>
    Annotations.fromStack(stackOf({ unsigned })).findWarning(
      "*",
      Match.stringLikeRegexp("^unsigned: any picture"),
    );
  assert.deepEqual([told(true).length, told(false).length], [1, 0]);
});

test("a variable nobody reads is pointed out", () => {
  const all = warningsOf({ IMGPROXY_QUALTIY: "70", IMGPROXY_QUALITY: "70" });
  const warnings = all.filter(({ entry }) => !/stand in the template/.test(String(entry.data)));
  assert.equal(warnings.length, 1);
  assert.match(
    String(warnings[0]?.entry.data),
    /^IMGPROXY_QUALTIY: not a variable we know, it changes nothing, did you mean IMGPROXY_QUALITY\?/,
  );
});

describe("a watermark", () => {
  const path = join(mkdtempSync(join(tmpdir(), "watermark-")), "mark.png");
  after(() => rmSync(dirname(path), { recursive: true }));

  test("that is a file is shipped", async () => {
    writeFileSync(path, await plain(3, 2, "#f00").png().toBuffer());
    const of = synthesized({ environment: { IMGPROXY_WATERMARK_PATH: path } });
    assert.equal(environment(of).IMGPROXY_WATERMARK_PATH, "/var/task/IMGPROXY_WATERMARK_PATH");
  });

  test("that is no file here, or no picture, is refused", () => {
    writeFileSync(path, "no picture");
    for (const none of ["/nowhere.png", path])
      assert.throws(() => stackOf({ environment: { IMGPROXY_WATERMARK_PATH: none } }), {
        message: `IMGPROXY_WATERMARK_PATH: expected the path of a picture that can be read, got "${none}"`,
      });
    assert.throws(() => stackOf({ environment: { IMGPROXY_WATERMARK_PATH: Fn.ref("Anything") } }), {
      message: /^IMGPROXY_WATERMARK_PATH: expected a value that is known at synthesis/,
    });
  });

  test("in a bucket of its own may be read, and nothing else there", () => {
    const grants = (vars: Readonly<Record<string, string>>) =>
      JSON.stringify(all(synthesized({ environment: vars }), "AWS::IAM::Policy"));
    const named = grants({ IMGPROXY_WATERMARK_URL: "s3://brand/logos/mark.png?v1" });
    assert.match(named, /:s3:::brand\/logos\/mark\.png"/);
    assert.doesNotMatch(named, /:s3:::brand(\/\*)?"/);
    assert.doesNotMatch(grants({ IMGPROXY_WATERMARK_URL: "https://example.com/logos/mark.png" }), /logos/);
  });
});

test("logs are JSON, kept for a month or as long as one says, and go with the stack", () => {
  const group = logsOfDrawing(template);
  assert.deepEqual(drawing(template).LoggingConfig, { LogFormat: "JSON", LogGroup: { Ref: group.id } });
  assert.equal(group.RetentionInDays, 30);
  assert.equal(group.DeletionPolicy, "Delete");
  assert.equal(
    only(chosen, "AWS::Logs::LogGroup", ({ id }) => id.startsWith("ImagesLogs")).RetentionInDays,
    7,
  );
});
