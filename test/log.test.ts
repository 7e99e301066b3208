import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

/** What a process prints that writes one log; `script` has `log`, `write`, `outcome` and `errors`. */
function printed(script: string): readonly Record<string, unknown>[] {
  const whole = `
    import { publishMetrics, requestLog, writeLine } from "./lambda/log.ts";
    import * as errors from "./lambda/errors.ts";
    const log = requestLog();
    const http = { method: "GET", path: "/_/w:1/plain/s3://b/k", headers: { authorization: "secret" }, id: "id-1", clientIp: "5.6.7.8" };
    const outcome = { http, status: 200, durationMs: 12.345, remainingMs: 5000 };
    const write = (outcome) => { writeLine(log.fields, outcome); publishMetrics(log.fields, outcome); };
    ${script}`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--input-type=module", "--eval", whole], {
    encoding: "utf8",
    env: { PATH: process.env.PATH },
  });
  assert.equal(status, 0, stderr);
  return `${stdout}${stderr}`
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));
}

const metricsOf = (lines: readonly Record<string, unknown>[]) => lines.filter((line) => "_aws" in line);
const linesOf = (lines: readonly Record<string, unknown>[]) => lines.filter((line) => !("_aws" in line));

test("a request is one line and one set of metrics, with all that was told of it", () => {
  const all = printed(`
    log.note({ source: "s3://b/k", s3: { bucket: "b", key: "k", endpoint: "http://s3" } });
    log.note({ downloadMs: 7, bytes: 99, renderMs: 3, derivative: "kept" });
    write(outcome);`);
  const [line = {}] = linesOf(all);
  const [metrics = {}] = metricsOf(all);
  assert.equal(all.length, 2);
  const { timestamp, service, sampling_rate, ...told } = line;
  assert.deepEqual(told, {
    level: "INFO",
    message: "GET /_/w:1/plain/s3://b/k",
    request_id: "id-1",
    client_ip: "5.6.7.8",
    status: 200,
    durationMs: 12,
    remainingMs: 5000,
    source: "s3://b/k",
    s3: { bucket: "b", key: "k", endpoint: "http://s3" },
    downloadMs: 7,
    bytes: 99,
    renderMs: 3,
    derivative: "kept",
  });
  assert.match(JSON.stringify(metrics._aws), /"Namespace":"Shutterspeed","Dimensions":\[\["service"\]\]/);
  assert.deepEqual(
    [
      metrics.Duration,
      metrics.DownloadDuration,
      metrics.RenderDuration,
      metrics.SourceBytes,
      metrics.DerivativeKept,
    ],
    [12, 7, 3, 99, 1],
  );
  assert.deepEqual(
    [metrics.Success, metrics.ClientError, metrics.ServerError, metrics.SourceTimeout],
    [1, 0, 0, 0],
  );
});

test("metrics are filed under the function's name", () => {
  const [metrics] = metricsOf(
    printed(`
    const { fileUnder } = await import("./lambda/log.ts");
    fileUnder("Images-Function");
    publishMetrics({}, outcome);`),
  );
  assert.match(
    JSON.stringify(metrics?._aws),
    /"Dimensions":\[\["(service","function|function","service)"\]\]/,
  );
  assert.equal(metrics?.function, "Images-Function");
});

test("a request that edge and function name differently counts", () => {
  const all = printed(`log.note({ edgeKey: "of/before.any" }); write(outcome);`);
  assert.equal(linesOf(all)[0]?.edgeKey, "of/before.any");
  assert.equal(metricsOf(all)[0]?.KeyMismatch, 1);
});

test("a text that came with a request is shortened", () => {
  const [{ source, s3, error } = {}] = linesOf(
    printed(`
    const long = "x".repeat(6000);
    log.note({ source: long, s3: { bucket: "b", key: long } });
    write({ ...outcome, status: 404, error: new errors.SourceUnreachable(long) });`),
  );
  const cut = `${"x".repeat(500)}…`;
  assert.deepEqual([source, s3], [cut, { bucket: "b", key: cut }]);
  assert.deepEqual(error, { name: "SourceUnreachable", message: cut });
});

test("a failure tells its name and its message, but no stack, and a timeout counts", () => {
  const all = printed(
    `write({ ...outcome, status: 504, error: new errors.SourceTimeout("where, how long") });`,
  );
  const [{ level, error } = {}] = linesOf(all);
  assert.deepEqual(
    { level, error },
    { level: "ERROR", error: { name: "SourceTimeout", message: "where, how long" } },
  );
  const [{ SourceTimeout, ServerError } = {}] = metricsOf(all);
  assert.deepEqual([SourceTimeout, ServerError], [1, 1]);
});

test("a failure tells what the request was busy with, and of a download what it waited for", () => {
  const phases = linesOf(
    printed(`
    log.note({ phase: "draw" });
    write({ ...outcome, status: 503, error: new errors.Timeout("late") });
    log.note({ phase: "download", download: { phase: "TLS", attempts: 3 } });
    write({ ...outcome, status: 504, error: new errors.SourceTimeout("late") });
    write(outcome);`),
  ).map(({ status, phase }) => [status, phase]);
  assert.deepEqual(Object.fromEntries(phases), { 503: "draw", 504: "TLS", 200: undefined });
});

test("a fault of ours is told with stack and cause", () => {
  const all = printed(`
    const error = new errors.InternalError("unforeseen", { cause: new RangeError("deep") });
    write({ ...outcome, status: 500, error });`);
  assert.match(JSON.stringify(linesOf(all)), /"stack":.*"cause":.*deep/);
});

test("what is answered is information, a client's mistake a warning, a failure of ours an error", () => {
  const statuses = [200, 302, 304, 399, 400, 404, 499, 500, 503, 504];
  const all = printed(`for (const status of ${JSON.stringify(statuses)}) write({ ...outcome, status });`);
  assert.deepEqual(
    linesOf(all).map(({ status, level }) => [status, level]),
    [
      [200, "INFO"],
      [302, "INFO"],
      [304, "INFO"],
      [399, "INFO"],
      [400, "WARN"],
      [404, "WARN"],
      [499, "WARN"],
      [500, "ERROR"],
      [503, "ERROR"],
      [504, "ERROR"],
    ],
  );
  const counted = metricsOf(all).map(({ Success, ClientError, ServerError }) => [
    Success,
    ClientError,
    ServerError,
  ]);
  const [good, theirs, ours] = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ];
  assert.deepEqual(counted, [good, good, good, good, theirs, theirs, theirs, ours, ours, ours]);
});

/** What is noted of a request, how it ended, and the metrics that differ from those of one of which nothing is noted. */
const measured: readonly (readonly [string, string, Readonly<Record<string, number>>])[] = [
  ["{}", "durationMs: 17.6", { Duration: 18 }],
  ["{}", "remainingMs: 1234.5", { DeadlineHeadroom: 1235 }],
  ["{ downloadMs: 7.4 }", "", { DownloadDuration: 7 }],
  ["{ renderMs: 8.6 }", "", { RenderDuration: 9 }],
  ["{ bytes: 99 }", "", { SourceBytes: 99 }],
  ["{}", 'error: new errors.SourceTimeout("")', { SourceTimeout: 1 }],
  [
    '{ download: { phase: "connect" } }',
    'error: new errors.SourceTimeout("")',
    { SourceTimeout: 1, SourceTimeoutConnect: 1 },
  ],
  ["{}", 'error: new errors.Timeout("")', {}],
  ["{}", 'error: new errors.SourceUnreachable("")', { SourceErrors: 1 }],
  ["{}", 'error: new errors.SourceIncomplete("")', { SourceErrors: 1 }],
  ["{}", "bytesOut: 512", { BytesOut: 512 }],
  [
    "{ findMs: 1, decodeMs: 2, drawMs: 3, keepMs: 4 }",
    "",
    { FindDuration: 1, DecodeDuration: 2, DrawDuration: 3, KeepDuration: 4 },
  ],
  ["{ download: { hedged: 2, hedgeWon: true, resumed: 3 } }", "", { Hedged: 2, HedgeWon: 1, Resumed: 3 }],
  ["{ stale: true }", "", { StaleServed: 1 }],
  ['{ stepDown: "effort" }', "", { AdmissionStepDown: 1 }],
  ['{ derivative: "kept" }', "", { DerivativeKept: 1 }],
  ['{ derivative: "lost" }', "", { DerivativeLost: 1 }],
  ['{ edgeKey: "another" }', "", { KeyMismatch: 1 }],
  ['{ derivative: "found" }', "", {}],
  ['{ derivative: "missing" }', "", {}],
];
/** Of a request of which nothing is noted: what was not done is not counted as 0 ms. */
const unnoted = {
  Duration: 12,
  DeadlineHeadroom: 5000,
  SourceTimeout: 0,
  SourceErrors: 0,
  AdmissionStepDown: 0,
  DerivativeKept: 0,
  DerivativeLost: 0,
  KeyMismatch: 0,
  Success: 1,
  ClientError: 0,
  ServerError: 0,
};

test("every metric is read off the request, and no other with it", () => {
  const script = measured.map(([noted, ended]) => `publishMetrics(${noted}, { ...outcome, ${ended} });`);
  const sets = metricsOf(printed(script.join("\n"))).map(({ _aws, service, ...values }) => values);
  assert.deepEqual(
    sets,
    measured.map(([, , values]) => ({ ...unnoted, ...values })),
  );
});

test("a log that cannot be written disturbs nobody", () => {
  printed(`log.note({ get source() { return { toJSON() { throw new Error("no") } } } }); write(outcome);`);
});
