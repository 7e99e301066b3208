import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, test } from "node:test";
import { bundle } from "../../lib/local/lambda/bundle.ts";
import { startEnvironment } from "../../lib/local/lambda/environment.ts";
import { record } from "../../lib/local/lambda/record.ts";
import { faults, origin, s3Error } from "../faults.ts";

/** Secrets Manager's part: it answers with what `secret` says, or refuses. */
let secret: string | undefined;
let asked = 0;
const server = createServer((request, response) => {
  asked++;
  request.resume();
  if (secret === undefined)
    response.writeHead(400).end('{"__type":"AccessDeniedException","message":"61:62"}');
  else response.end(JSON.stringify({ SecretString: secret }));
}).listen(0, "127.0.0.1");
await once(server, "listening");
const s3 = await origin(faults.answers(s3Error(404, "NoSuchKey")));
after(() => {
  server.close();
  server.closeAllConnections();
  return s3[Symbol.asyncDispose]();
});

const built = await bundle();
const logged: string[] = [];
const start = () =>
  startEnvironment({
    bundle: built,
    env: {
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: "AKID",
      AWS_SECRET_ACCESS_KEY: "hidden",
      AWS_ENDPOINT_URL_SECRETS_MANAGER: `http://127.0.0.1:${record(server.address()).port}`,
      IMGPROXY_S3_ENDPOINT: s3.endpoint,
      SHUTTERSPEED_KEYS_SECRET: "arn:secret",
    },
    memory: 512,
    timeout: 10,
    log: (line) => logged.push(line),
  });

const path = "/w:1/plain/s3://b/k";
const signed = `/${createHmac("sha256", "a").update("b").update(path).digest("base64url")}${path}`;
async function statusOf(environment: Awaited<ReturnType<typeof start>>, rawPath: string): Promise<unknown> {
  const requestContext = { http: { method: "GET" }, requestId: "1" };
  const outcome = await environment.invoke({ version: "2.0", rawPath, headers: {}, requestContext });
  assert.ok("json" in outcome, JSON.stringify(outcome));
  return record(JSON.parse(outcome.json)).statusCode;
}

test("the function reads its keys from the secret before anybody asks, once, and verifies with them", async (t) => {
  secret = "61:62";
  asked = 0;
  const environment = await start();
  t.after(environment.kill);
  assert.equal(await statusOf(environment, `/_${path}`), 403);
  assert.equal(await statusOf(environment, signed), 404, "right: it is the source that is not there");
  assert.equal(asked, 1);
});

test("while it may not read them it serves nothing, tells nobody why, and asks again", async (t) => {
  secret = undefined;
  const environment = await start();
  t.after(environment.kill);
  for (const url of [signed, `/_${path}`]) assert.equal(await statusOf(environment, url), 500);
  assert.equal(await statusOf(environment, "/health"), 200);
  assert.ok(logged.some((line) => line.includes("AccessDeniedException")));
  assert.ok(!logged.some((line) => line.includes("61:62")));
  secret = "61:62";
  assert.equal(await statusOf(environment, signed), 404);
});
