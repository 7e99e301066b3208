import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Deadline } from "../lambda/deadline.ts";
import type { handler } from "../lambda/handler.ts";
import { endsAfter, stopClock, until } from "./clock.ts";
import { faults, origin } from "./faults.ts";
import { buffered, contextOf, eventOf } from "./invocation.ts";
import type { Env } from "./services.ts";

process.env.AWS_ACCESS_KEY_ID = "local";
process.env.AWS_SECRET_ACCESS_KEY = "not-a-secret";
process.env.AWS_REGION = "us-east-1";
process.env.POWERTOOLS_METRICS_DISABLED = "true";
// Lines go to this process's own console.
process.env.POWERTOOLS_DEV = "true";

let starts = 0;
/** A cold start in this environment: variables are read when the module is. */
async function coldStart(env: Env = {}): Promise<typeof handler> {
  Object.assign(process.env, env);
  try {
    const module: { handler: typeof handler } = await import(`../lambda/handler.ts?${starts++}`);
    return module.handler;
  } finally {
    for (const name of Object.keys(env)) delete process.env[name];
  }
}

/** The lines a test has the function write, none of which are seen. */
function linesOf({ mock }: TestContext) {
  const lines: string[] = [];
  for (const level of ["info", "warn", "error"] as const) {
    mock.method(console, level, (line: string) => lines.push(`${level} ${JSON.parse(line).message}`));
  }
  return lines;
}

const picture = "/_/w:20/plain/s3://pictures/cat.jpg";

for (const [name, env, remaining, ends] of [
  ["a quarter of a second is kept to answer in, then 300 ms to draw in", {}, 4000, 3450],
  ["IMGPROXY_TIMEOUT ends a request whose function has time enough", { IMGPROXY_TIMEOUT: "2" }, 20_000, 1700],
  ["IMGPROXY_TIMEOUT gives no time the function has not", { IMGPROXY_TIMEOUT: "60" }, 4000, 3450],
] as const) {
  test(name, async (t) => {
    linesOf(t);
    await using silent = await origin(faults.silence);
    const handle = await coldStart({ IMGPROXY_S3_ENDPOINT: silent.endpoint, ...env });
    const clock = stopClock(t);
    const answer = handle(eventOf(picture), contextOf(remaining));
    await until(() => silent.heads.length > 0);
    assert.ok(await endsAfter(ends, answer, clock));
    assert.equal(buffered(await answer).statusCode, 504);
  });
}

test("where the work forgets the time, there is an answer all the same, a tenth of a second before the end", async (t) => {
  linesOf(t);
  const handle = await coldStart();
  const clock = stopClock(t);
  const { within } = Deadline.prototype;
  t.mock.method(Deadline.prototype, "within", function (this: Deadline, ...asked: Parameters<typeof within>) {
    return asked[0] === "the answer" ? within.apply(this, asked) : new Promise(() => {});
  });
  const answer = handle(eventOf(picture), contextOf(4000));
  assert.ok(await endsAfter(3900, answer, clock));
  const { statusCode, body, headers } = buffered(await answer);
  assert.deepEqual([statusCode, body, headers["Retry-After"]], [503, "Timeout", "1"]);
});

test("nobody reads in the log of health checks and of what browsers ask for by themselves", async (t) => {
  const lines = linesOf(t);
  const handle = await coldStart({ IMGPROXY_HEALTH_CHECK_PATH: "/up", IMGPROXY_PATH_PREFIX: "/img" });
  for (const path of ["/health", "/up", "/favicon.ico", "/.well-known/x"]) {
    await handle(eventOf(`/img${path}`), contextOf(1000));
  }
  assert.deepEqual(lines, []);
});

test("of all other requests there is a line, also of those near a silent path", async (t) => {
  const lines = linesOf(t);
  const handle = await coldStart();
  for (const path of ["/", "/healthy", "/up", "/img/health", "/sig/w:x/plain/s3://b/k"]) {
    await handle(eventOf(path), contextOf(1000));
  }
  assert.deepEqual(lines, [
    "info GET /",
    // Their first part may be a signature.
    "warn GET /…",
    "warn GET /…",
    "warn GET /…/health",
    "warn GET /…/w:x/plain/s3://b/k",
  ]);
});

test("a health check that fails is in the log", async (t) => {
  const lines = linesOf(t);
  const handle = await coldStart();
  const context = contextOf(50);
  await handle(eventOf("/health"), context);
  assert.deepEqual(lines, ["error GET /health"]);
});
