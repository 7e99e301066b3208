import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { after, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { bundle } from "../../lib/local/lambda/bundle.ts";
import { startEnvironment } from "../../lib/local/lambda/environment.ts";
import { record } from "../../lib/local/lambda/record.ts";
import { type Fault, faults, message, origin, s3Error } from "../faults.ts";
import { drawn } from "../pictures.ts";

const built = await bundle();
const picture = await drawn(40, 30).png().toBuffer();
const found = message(200, { "Content-Type": "image/png", ETag: '"1"' }, picture);
const path = "/w:10/plain/s3://pictures/k.png";
const signed = (of = path) => `/${createHmac("sha256", "a").update("b").update(of).digest("base64url")}${of}`;
const wrong = `/${"_".repeat(43)}${path}`;

/** Secrets Manager's part, which answers once `told` allows it. */
async function slowSecret(told: () => Promise<unknown>, answer = '{"SecretString":"61:62"}', status = 200) {
  const server = createServer(async (request, response) => {
    request.resume();
    await told().then(
      () => response.writeHead(status).end(answer),
      () => response.destroy(),
    );
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  after(() => closed(server));
  return `http://127.0.0.1:${record(server.address()).port}`;
}
const closed = (server: Server) => {
  server.close();
  server.closeAllConnections();
};

/** The function at its cold start, reading keys there and pictures here. */
async function coldStart(secret: string, s3: string, env: Readonly<Record<string, string>> = {}) {
  const logged: string[] = [];
  const environment = await startEnvironment({
    bundle: built,
    env: {
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: "AKID",
      AWS_SECRET_ACCESS_KEY: "hidden",
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secret,
      IMGPROXY_S3_ENDPOINT: s3,
      SHUTTERSPEED_KEYS_SECRET: "arn:secret",
      ...env,
    },
    memory: 512,
    timeout: 10,
    log: (line) => logged.push(line),
  });
  /** What is answered, but for the id, which is another one each time. */
  const ask = async (rawPath: string): Promise<Readonly<Record<string, unknown>>> => {
    const requestContext = { http: { method: "GET" }, requestId: "1" };
    const outcome = await environment.invoke({ version: "2.0", rawPath, headers: {}, requestContext });
    assert.ok("json" in outcome, JSON.stringify(outcome));
    const { headers, ...answer } = record(JSON.parse(outcome.json));
    const { "X-Request-ID": id, ...said } = record(headers);
    assert.match(String(id), /^[0-9a-f-]{36}$/);
    return { ...answer, headers: said };
  };
  return { ask, logged, [Symbol.asyncDispose]: async () => environment.kill() };
}

/** Waits for something that has to happen, for 3 s: as long as the function waits for its keys. */
async function until(happened: () => boolean): Promise<void> {
  for (let left = 600; !happened(); left--) {
    assert.ok(left > 0, "it did not happen");
    await pause(5);
  }
}

test("the source is asked for while the keys are on their way: neither waits for the other", async () => {
  await using s3 = await origin(faults.answers(found));
  // In turn nothing would ever come.
  const secret = await slowSecret(() => until(() => s3.heads.length > 0));
  await using cold = await coldStart(secret, s3.endpoint);
  const { statusCode, body } = await cold.ask(signed());
  assert.equal(statusCode, 200);
  assert.equal(Buffer.from(String(body), "base64").subarray(1, 4).toString(), "PNG");
  assert.equal(s3.heads.length, 1, "what was begun is what is drawn");
});

test("a cold start takes as long as the slower of the two, not both", async () => {
  const SLOW = 1500;
  let asked = Number.NaN;
  await using s3 = await origin((socket) => setTimeout(() => socket.write(found), SLOW));
  const secret = await slowSecret(() => {
    asked = performance.now();
    return pause(SLOW);
  });
  await using cold = await coldStart(secret, s3.endpoint);
  assert.equal((await cold.ask(signed())).statusCode, 200);
  const took = performance.now() - asked;
  assert.ok(took < SLOW * 1.7, `${Math.round(took)} ms`);
});

test("so is a derivative, where it may have been kept", async () => {
  const kept: Fault = (socket, sent) => {
    if (sent.includes("/derivatives/")) socket.write(found);
  };
  await using s3 = await origin(kept);
  const secret = await slowSecret(() => until(() => s3.heads.length > 1));
  const own = { AWS_ENDPOINT_URL_S3: s3.endpoint, AWS_ENDPOINT_URL: s3.endpoint };
  await using cold = await coldStart(secret, s3.endpoint, {
    ...own,
    SHUTTERSPEED_DERIVATIVES_BUCKET: "derivatives",
  });
  const { statusCode, body } = await cold.ask(signed());
  assert.deepEqual([statusCode, body], [200, picture.toString("base64")]);
  await until(() => s3.open === 1);
});

test("whoever signs wrongly hears the same as ever, whatever became of the source, which is given up", async () => {
  const refusals: unknown[] = [];
  const sources: readonly Fault[] = [
    faults.answers(found),
    faults.answers(s3Error(404, "NoSuchKey")),
    faults.silence,
    faults.stalls(picture),
    (socket) => socket.resetAndDestroy(),
  ];
  for (const source of sources) {
    let open = false;
    await using s3 = await origin((socket, ...more) =>
      open ? socket.write(found) : source(socket, ...more),
    );
    // What was sent had its time to arrive, and be looked at.
    const secret = await slowSecret(() => until(() => s3.heads.length > 0).then(() => pause(50)));
    await using cold = await coldStart(secret, s3.endpoint);
    const early = await cold.ask(wrong);
    const heads = s3.heads.length;
    const later = await cold.ask(wrong);
    assert.equal(s3.heads.length, heads, "once the keys are there, they come first");
    assert.deepEqual(early, later);
    refusals.push(early);
    const said = cold.logged.join("\n");
    assert.doesNotMatch(said, /"source"|download|derivative/);

    open = true;
    const right = await cold.ask(signed());
    assert.equal(right.statusCode, 200);
    assert.equal(s3.heads.length, heads + 1, "nothing of it was remembered");
    assert.doesNotMatch(s3.heads.at(-1) ?? "", /if-none-match/i);
  }
  const [first] = refusals;
  assert.equal(record(first).statusCode, 403);
  for (const refusal of refusals) assert.deepEqual(refusal, first);
});

/** What there is of the picture from where a request asks. */
const goesOn: Fault = (socket, sent) => {
  const [, from] = /^range: bytes=(\d+)-/im.exec(sent) ?? [];
  if (from === undefined) return socket.write(found);
  const range = `bytes ${from}-${picture.length - 1}/${picture.length}`;
  return socket.write(message(206, { ETag: '"1"', "Content-Range": range }, picture.subarray(Number(from))));
};
const half = picture.subarray(0, picture.length / 2);
const halfOf = { "Content-Length": picture.length, "Content-Type": "image/png", ETag: '"1"' };

test("what was begun heals as any download does, is counted as one, and told of in the log", async () => {
  for (const [begun, resumed] of [
    [goesOn, 0],
    [faults.resets(half, halfOf), 1],
    [faults.endsEarly(half, halfOf), 1],
    [faults.stalls(half, halfOf), 1],
    [faults.answers(s3Error(503, "SlowDown")), 0],
    [(socket) => socket.resetAndDestroy(), 0],
    [faults.silence, 0],
  ] as const satisfies readonly (readonly [Fault, number])[]) {
    await using s3 = await origin((socket, sent, nth) => (nth === 0 ? begun : goesOn)(socket, sent, nth));
    const secret = await slowSecret(() => until(() => s3.heads.length > 0).then(() => pause(50)));
    await using cold = await coldStart(secret, s3.endpoint);
    assert.equal((await cold.ask(signed())).statusCode, 200, s3.heads.join("\n"));
    const line = cold.logged.map((text) => record(JSON.parse(text))).find(({ download }) => download);
    const { attempts, read, length, resumed: again, hedged } = record(line?.download);
    assert.deepEqual([attempts, again], [s3.heads.length, resumed], begun.name);
    assert.deepEqual([line?.bytes, length], [picture.length, picture.length]);
    assert.equal(Number(read) >= picture.length, true);
    assert.equal(hedged, begun === faults.silence ? 1 : 0);
  }
});

test("what was begun is remembered as any source is, and asked for by its tag afterwards", async () => {
  await using s3 = await origin((socket, sent) =>
    socket.write(/^if-none-match: "1"/im.test(sent) ? message(304) : found),
  );
  const secret = await slowSecret(() => until(() => s3.heads.length > 0));
  await using cold = await coldStart(secret, s3.endpoint, { SHUTTERSPEED_RECENT_SECONDS: "0" });
  for (const width of [10, 11, 12]) {
    const { statusCode } = await cold.ask(signed(path.replace("w:10", `w:${width}`)));
    assert.equal(statusCode, 200);
  }
  const tags = s3.heads.map((head) => /^if-none-match: (.*)$/im.exec(head)?.[1]);
  assert.deepEqual(tags, [undefined, '"1"', '"1"']);
});

test("a download under a wrong signature ends with the request", async () => {
  await using s3 = await origin(faults.silence);
  const secret = await slowSecret(() => until(() => s3.heads.length > 0));
  await using cold = await coldStart(secret, s3.endpoint);
  assert.equal((await cold.ask(wrong)).statusCode, 403);
  await until(() => s3.open === 0);
});

test("without keys nothing is answered, however soon the source was there", async () => {
  await using s3 = await origin(faults.answers(found));
  const refused = '{"__type":"AccessDeniedException"}';
  const secret = await slowSecret(() => until(() => s3.heads.length > 0).then(() => pause(50)), refused, 400);
  await using cold = await coldStart(secret, s3.endpoint);
  for (const url of [signed(), wrong]) {
    const { statusCode, body } = await cold.ask(url);
    assert.deepEqual([statusCode, body], [500, "Internal error"]);
  }
  assert.equal(s3.heads.length, 1, "nor is anything asked for any more, until there are keys");
});

test("no host is dialled, and no bucket asked that may not be read, for a URL that may have been signed by nobody", async () => {
  await using s3 = await origin(faults.answers(found));
  const secret = await slowSecret(() => pause(200));
  const env = {
    IMGPROXY_ALLOW_LOOPBACK_SOURCE_ADDRESSES: "1",
    IMGPROXY_S3_DENIED_BUCKETS: "secret",
    IMGPROXY_ALLOWED_SOURCES: "s3://,http://",
  };
  for (const source of [
    `http:%2F%2F127.0.0.1:${new URL(s3.endpoint).port}%2Fa`,
    "s3://secret/k",
    "s3://b/../k",
    "local:///k",
  ]) {
    await using cold = await coldStart(secret, s3.endpoint, env);
    assert.equal((await cold.ask(`/_/w:1/plain/${source}`)).statusCode, 403, source);
  }
  assert.equal(s3.heads.length, 0);
});
