import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { after, test } from "node:test";
import { bundle } from "../../lib/local/lambda/bundle.ts";
import { startEnvironment } from "../../lib/local/lambda/environment.ts";
import { record } from "../../lib/local/lambda/record.ts";
import { faults, origin, s3Error } from "../faults.ts";

const [KEY, SALT] = ["d1d2d3d4d5d6d7d8", "c1c2c3c4c5c6c7c8"];
/** What nobody may read in an answer or a log: keys, what else a secret may hold, and what signs for it. */
const secrets = [KEY, SALT, Buffer.from(KEY, "hex").toString("base64"), "hunter", "HIDDEN", "SESSION"];

type Answer = (response: ServerResponse) => unknown;
const says =
  (status: number, body: unknown): Answer =>
  (response) =>
    response.writeHead(status).end(typeof body === "string" ? body : JSON.stringify(body));

let answer: Answer = says(500, "");
const server = createServer((request, response) => {
  request.resume();
  answer(response);
}).listen(0, "127.0.0.1");
await once(server, "listening");
const s3 = await origin(faults.answers(s3Error(404, "NoSuchKey")));
after(() => {
  server.close();
  server.closeAllConnections();
  return s3[Symbol.asyncDispose]();
});

const built = await bundle();
const path = "/w:1/plain/s3://b/k";
const mac = createHmac("sha256", Buffer.from(KEY, "hex")).update(Buffer.from(SALT, "hex")).update(path);
const [right, wrong] = [`/${mac.digest("base64url")}${path}`, `/_${path}`];

/** All that comes out of a function that tells as much as it can, asked for a picture under a right and a wrong signature. */
async function toldBy(secret: Answer, env: Readonly<Record<string, string>>) {
  answer = secret;
  const endpoint = `http://127.0.0.1:${record(server.address()).port}`;
  const lines: string[] = [];
  const environment = await startEnvironment({
    bundle: built,
    env: {
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: "AKID",
      AWS_SECRET_ACCESS_KEY: "HIDDEN",
      AWS_SESSION_TOKEN: "SESSION",
      AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint,
      AWS_ENDPOINT_URL_SSM: endpoint,
      IMGPROXY_S3_ENDPOINT: s3.endpoint,
      IMGPROXY_DEVELOPMENT_ERRORS_MODE: "true",
      POWERTOOLS_LOG_LEVEL: "DEBUG",
      AWS_LAMBDA_LOG_LEVEL: "TRACE",
      POWERTOOLS_LOGGER_LOG_EVENT: "true",
      POWERTOOLS_DEV: "true",
      ...env,
    },
    memory: 512,
    timeout: 10,
    log: (line) => lines.push(line),
  });
  const statuses: unknown[] = [];
  for (const rawPath of [right, wrong]) {
    const requestContext = { http: { method: "GET" }, requestId: "1" };
    const headers = { accept: "text/html" };
    const outcome = await environment.invoke({ version: "2.0", rawPath, headers, requestContext });
    assert.ok("json" in outcome, JSON.stringify(outcome));
    statuses.push(record(JSON.parse(outcome.json)).statusCode);
    lines.push(outcome.json);
  }
  environment.kill();
  await environment.gone;
  return { statuses, told: lines.join("\n") };
}

const inSecret = { SHUTTERSPEED_KEYS_SECRET: "arn:secret" };
const inParameter = { SHUTTERSPEED_KEYS_PARAMETER: "/keys" };
const noKeys = "expected pairs of key:salt in hex";

for (const [what, secret, statuses, reason, env = inSecret] of [
  ["keys that are right", says(200, { SecretString: `${KEY}:${SALT}` }), [404, 403], "NoSuchKey"],
  [
    "a parameter",
    says(200, { Parameter: { Value: `${KEY}:${SALT}` } }),
    [404, 403],
    "NoSuchKey",
    inParameter,
  ],
  [
    "keys of the environment",
    says(500, ""),
    [404, 403],
    "NoSuchKey",
    { IMGPROXY_KEY: KEY, IMGPROXY_SALT: SALT },
  ],
  ["a secret that is no hex", says(200, { SecretString: "hunter2:hunter3" }), [500, 500], noKeys],
  ["a key without a salt", says(200, { SecretString: `${KEY}:` }), [500, 500], noKeys],
  ["three words", says(200, { SecretString: `${KEY}:${SALT}:hunter` }), [500, 500], noKeys],
  ["a secret of JSON", says(200, { SecretString: `{"key":"${KEY}","salt":"${SALT}"}` }), [500, 500], noKeys],
  ["a secret of bytes", says(200, { SecretBinary: KEY }), [500, 500], noKeys],
  [
    "a parameter that is no hex",
    says(200, { Parameter: { Value: "hunter2" } }),
    [500, 500],
    noKeys,
    inParameter,
  ],
  ["half an answer", says(200, `{"SecretString":"${KEY}:${SALT}`), [500, 500], "no JSON"],
  [
    "a refusal that repeats it",
    says(400, { __type: "com.amazonaws#ValidationException", message: `Value '${KEY}' at 'x'` }),
    [500, 500],
    "400 ValidationException",
  ],
  ["a failure that repeats it", says(500, `<html>${KEY}:${SALT}`), [500, 500], "500, and no JSON"],
  ["a connection that breaks", (response: ServerResponse) => response.destroy(), [500, 500], "ECONNRESET"],
] as const satisfies readonly (readonly [
  string,
  Answer,
  readonly number[],
  string,
  Readonly<Record<string, string>>?,
])[]) {
  test(`of ${what} nothing is told, neither in an answer with all details nor in the log at its most talkative`, async () => {
    const { statuses: got, told } = await toldBy(secret, env);
    assert.deepEqual(got, statuses);
    assert.ok(told.includes(reason), told);
    for (const hidden of secrets) assert.ok(!told.includes(hidden), `${hidden} in ${told}`);
  });
}
