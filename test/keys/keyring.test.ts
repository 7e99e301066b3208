import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { readConfig } from "../../lambda/config/variables.ts";
import { InternalError } from "../../lambda/errors.ts";
import type { Call } from "../../lambda/keys/aws-json.ts";
import { keyring } from "../../lambda/keys/keyring.ts";
import { compileLanguage } from "../../lambda/url/language.ts";

const languageOf = (env: Readonly<Record<string, string>>) => compileLanguage(readConfig(env), 0);
const secret = { SHUTTERSPEED_KEYS_SECRET: "arn:secret" };
const path = "/w:1/plain/s3://b/k";
const unsigned = `/_${path}`;
const signed = (key: string, salt: string) =>
  `/${createHmac("sha256", key).update(salt).update(path).digest("base64url")}${path}`;

/** A service that answers one after the other, the last one for ever, and what it was asked. */
function answering(...answers: readonly (object | Error)[]) {
  const asked: Call[] = [];
  const ask = async (call: Call) => {
    asked.push(call);
    const answer = answers[Math.min(asked.length, answers.length) - 1];
    if (answer === undefined || answer instanceof Error) throw answer;
    return answer;
  };
  return { asked, ask };
}
const keysIn = async (ring: ReturnType<typeof keyring>, of = unsigned) =>
  (await ring.languageFor(of)).config.keys.map((key) => Buffer.from(key).toString("latin1")).join();

test("keys are asked for as soon as the ring is made, where the environment says they lie", async () => {
  for (const [env, answer, call] of [
    [
      secret,
      { SecretString: "61:62" },
      {
        service: "secretsmanager",
        target: "secretsmanager.GetSecretValue",
        body: { SecretId: "arn:secret" },
      },
    ],
    [
      { SHUTTERSPEED_KEYS_PARAMETER: "/keys" },
      { Parameter: { Value: "61:62" } },
      { service: "ssm", target: "AmazonSSM.GetParameter", body: { Name: "/keys", WithDecryption: true } },
    ],
  ] as const) {
    const { ask, asked } = answering(answer);
    const ring = keyring(languageOf(env), ask);
    assert.deepEqual(asked, [call]);
    assert.equal(await keysIn(ring), "a");
    assert.equal(await keysIn(ring, signed("a", "b")), "a");
    assert.equal(asked.length, 1);
  }
});

test("without such a place the environment's own keys are used, and nobody is asked", async () => {
  const { ask, asked } = answering();
  const ring = keyring(languageOf({ IMGPROXY_KEY: "61", IMGPROXY_SALT: "62" }), ask);
  assert.equal(await keysIn(ring, "/wrong/w:1/plain/x"), "a");
  assert.equal(asked.length, 0);
});

test("while the keys cannot be read nothing is served, and the next request asks again", async () => {
  const { ask, asked } = answering(new Error("down"), new Error("down"), { SecretString: "61:62" });
  const ring = keyring(languageOf(secret), ask);
  await assert.rejects(ring.languageFor(signed("a", "b")), InternalError);
  assert.equal(asked.length, 2);
  assert.equal(await keysIn(ring), "a");
});

test("requests that wait together for keys that could not be read ask again once", async () => {
  const { ask, asked } = answering(new Error("down"), new Error("down"), { SecretString: "61:62" });
  const ring = keyring(languageOf(secret), ask);
  const together = () => Promise.allSettled(["a", "b", "c"].map(() => ring.languageFor(signed("a", "b"))));
  assert.deepEqual(new Set((await together()).map(({ status }) => status)), new Set(["rejected"]));
  assert.equal(asked.length, 2);
  assert.deepEqual(new Set((await together()).map(({ status }) => status)), new Set(["fulfilled"]));
  assert.equal(asked.length, 3);
});

test("what is no picture waits for no keys", async () => {
  const { ask } = answering(new Error("down"));
  const ring = keyring(languageOf(secret), ask);
  for (const other of ["/health", "/", "", "/favicon.ico"])
    assert.deepEqual((await ring.languageFor(other)).config.keys, []);
});

test("a secret that holds no keys serves nothing", async () => {
  for (const answer of [{}, { SecretString: "" }, { SecretString: ":" }, { Parameter: {} }]) {
    const { ask } = answering(answer);
    await assert.rejects(keyring(languageOf(secret), ask).languageFor(unsigned), InternalError);
  }
});

test("a signature under a key that is new has the keys read again, once in 30 seconds", async () => {
  let now = 0;
  const { ask, asked } = answering(
    { SecretString: "61:62" },
    { SecretString: "61:62,63:64" },
    new Error("down"),
  );
  const ring = keyring(languageOf(secret), ask, () => now);
  assert.equal(await keysIn(ring, signed("c", "d")), "a");
  now = 30_000;
  assert.equal(await keysIn(ring, signed("a", "b")), "a", "right: nobody asks");
  assert.equal(await keysIn(ring, signed("c", "d")), "a,c");
  now = 60_000;
  assert.equal(await keysIn(ring, signed("x", "y")), "a,c", "what was read last stays");
  assert.equal(asked.length, 3);
  assert.equal(await keysIn(ring, signed("x", "y")), "a,c");
  assert.equal(asked.length, 3);
});

test("keys in two places are refused", () => {
  const keys = { IMGPROXY_KEY: "61", IMGPROXY_SALT: "62" };
  for (const env of [
    { ...secret, ...keys },
    { ...secret, SHUTTERSPEED_KEYS_PARAMETER: "/keys" },
  ])
    assert.throws(() => keyring(languageOf(env), answering().ask), {
      message: "IMGPROXY_KEY, SHUTTERSPEED_KEYS_SECRET and SHUTTERSPEED_KEYS_PARAMETER: expected one of them",
    });
});

test("keys are awaited until the first reading has ended, however it did, and where there are none to read never", async () => {
  for (const answer of [{ SecretString: "61:62" }, new Error("down")]) {
    const ring = keyring(languageOf(secret), answering(answer).ask);
    assert.equal(ring.awaited, true);
    await ring.languageFor(signed("a", "b")).catch(() => {});
    assert.equal(ring.awaited, false);
  }
  assert.equal(keyring(languageOf({}), answering().ask).awaited, false);
});

test("who signs has the keys, reads them again after half a minute, and keeps the last where they cannot be read", async () => {
  let now = 0;
  const { ask, asked } = answering({ SecretString: "61:62" }, { SecretString: "63:64" }, new Error("none"));
  const ring = keyring(languageOf(secret), ask, () => now);
  const signing = async () => Buffer.from((await ring.toSign()).config.keys[0] ?? []).toString("latin1");
  assert.deepEqual([await signing(), asked.length], ["a", 1]);
  now = 29_999;
  assert.deepEqual([await signing(), asked.length], ["a", 1]);
  now = 30_000;
  assert.deepEqual([await signing(), asked.length], ["c", 2]);
  now = 60_000;
  assert.deepEqual([await signing(), asked.length], ["c", 3]);
  assert.deepEqual((await keyring(languageOf({}), ask).toSign()).config.keys, []);
});
