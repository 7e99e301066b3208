import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

/** What a process prints that writes one log; `script` has `log`, `write`, `outcome` and `errors`. */
function printed(script: string): readonly Record<string, unknown>[] {
  const whole = `
    import { publishMetrics, requestLog, writeLine } from "./lambda/log.ts";
    import * as errors from "./lambda/errors.ts";
    const log = requestLog();
    const http = { method: "GET", path: "/_/w:1/plain/s3://b/k", headers: { authorization: "secret" }, id: "id-1" };
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

test("a fault of ours is told with stack and cause", () => {
  const all = printed(`
    const error = new errors.InternalError("unforeseen", { cause: new RangeError("deep") });
    write({ ...outcome, status: 500, error });`);
  assert.match(JSON.stringify(linesOf(all)), /"stack":.*"cause":.*deep/);
});

test("a client's mistake is a warning", () => {
  const all = printed(`write({ ...outcome, status: 404, error: new errors.InvalidUrl("w: expected px") });`);
  assert.equal(linesOf(all)[0]?.level, "WARN");
});

test("a log that cannot be written disturbs nobody", () => {
  printed(`log.note({ get source() { return { toJSON() { throw new Error("no") } } } }); write(outcome);`);
});
