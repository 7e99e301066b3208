import assert from "node:assert/strict";
import { test } from "node:test";
import { Deadline } from "../lambda/deadline.ts";
import { requestLog } from "../lambda/log.ts";
import { failureOf, open } from "../lambda/opened.ts";
import { faults, message, origin } from "./faults.ts";
import { requestFor } from "./services.ts";

test("what asks for no picture waits for no keys, also where its path looks like a picture's", async () => {
  const refused = message(400, {}, '{"__type":"AccessDeniedException"}');
  await using secrets = await origin(faults.answers(refused));
  const opened = open({
    SHUTTERSPEED_KEYS_SECRET: "arn:secret",
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.endpoint,
    IMGPROXY_HEALTH_CHECK_PATH: "/healthz/live",
  });
  const statusOf = async (path: string, method = "GET") => {
    const context = requestFor(opened, { path, method });
    const request = { ...context, log: requestLog(), began: performance.now() };
    const serving = opened.serve(request, Deadline.in(5000));
    return serving.catch(failureOf).then(({ status }) => status);
  };
  const picture = "/_/w:1/plain/s3://b/k";
  assert.equal(await statusOf("/healthz/live"), 200);
  assert.equal(await statusOf(picture, "OPTIONS"), 200);
  assert.equal(await statusOf(picture, "POST"), 404);
  assert.equal(await statusOf(picture), 500);
  assert.equal(secrets.heads.length, 2, "when it began, and for the picture");
});
