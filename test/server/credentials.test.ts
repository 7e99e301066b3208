import assert from "node:assert/strict";
import { test } from "node:test";
import { lendCredentials } from "../../lib/server/credentials.ts";
import { source } from "./running.ts";

/** Variables by which the SDK's chain would find another way. */
const others = ["AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];

test("a task's credentials are put into the environment, with when they expire", async (t) => {
  const asked: string[] = [];
  // What ECS answers, and a pod's agent.
  await using agent = await source((request, response) => {
    asked.push(`${request.url} ${request.headers.authorization}`);
    const Expiration = new Date(Date.now() + 3_600_000).toISOString();
    response.end(JSON.stringify({ AccessKeyId: "AKIA", SecretAccessKey: "s", Token: "t", Expiration }));
  });
  const before = { ...process.env };
  t.after(() => {
    process.env = before;
  });
  for (const name of others) delete process.env[name];
  Object.assign(process.env, {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent.url}/role`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: "word",
    AWS_CONFIG_FILE: "/nowhere",
    AWS_SHARED_CREDENTIALS_FILE: "/nowhere",
  });
  const env: NodeJS.ProcessEnv = {};
  await lendCredentials(env);
  assert.deepEqual(asked, ["/role word"]);
  assert.deepEqual(
    [env.AWS_ACCESS_KEY_ID, env.AWS_SECRET_ACCESS_KEY, env.AWS_SESSION_TOKEN],
    ["AKIA", "s", "t"],
  );
  const left = Date.parse(env.AWS_CREDENTIAL_EXPIRATION ?? "") - Date.now();
  assert.ok(left > 3_500_000 && left <= 3_600_000, `${left} ms`);
});

test("credentials that stand there stay, and where there are none there is nothing to complain of", async (t) => {
  const before = { ...process.env };
  t.after(() => {
    process.env = before;
  });
  for (const name of others) delete process.env[name];
  Object.assign(process.env, {
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_CONFIG_FILE: "/nowhere",
    AWS_SHARED_CREDENTIALS_FILE: "/nowhere",
  });
  const own = { AWS_ACCESS_KEY_ID: "own" };
  await lendCredentials(own);
  assert.deepEqual(own, { AWS_ACCESS_KEY_ID: "own" });
  const none = {};
  await lendCredentials(none);
  assert.deepEqual(none, {});
});
