import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request as httpRequest } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import sharp from "sharp";
import { underLoad } from "../load.ts";
import { descendants, survivors } from "../local/processes.ts";
import { drawn } from "../pictures.ts";
import { eventually, exchange, running, source } from "./running.ts";

const folder = mkdtempSync(join(tmpdir(), "shutterspeed-serve-"));
after(() => rmSync(folder, { recursive: true }));
const png = await drawn(300, 200).png().toBuffer();
writeFileSync(join(folder, "cat.png"), png);
// Noise, which no encoder shortens: 2400 × 1600 px × 3 bytes are more than Lambda takes.
const noise = {
  create: {
    width: 2400,
    height: 1600,
    channels: 3,
    background: "grey",
    noise: { type: "gaussian", mean: 128, sigma: 60 },
  },
} as const;
writeFileSync(join(folder, "noise.png"), await sharp(noise).png({ compressionLevel: 0 }).toBuffer());
const local = { IMGPROXY_LOCAL_FILESYSTEM_ROOT: folder };
const web = { IMGPROXY_ALLOW_LOOPBACK_SOURCE_ADDRESSES: "true" };

test("over HTTP", async (t) => {
  await using server = await running({ ...local, IMGPROXY_HEALTH_CHECK_PATH: "/up" });
  const picture = `${server.origin}/_/w:30/plain/local:///cat.png@webp`;

  await t.test("a picture is drawn", async () => {
    const response = await fetch(picture);
    const { width, format } = await sharp(await response.bytes()).metadata();
    assert.deepEqual([response.status, width, format], [200, 30, "webp"]);
    assert.equal(response.headers.get("x-amz-meta-cache-tag"), null);
    assert.equal((await server.line("cat.png@webp")).client_ip, "127.0.0.1");
  });

  await t.test("who has it is told so, and HEAD all but the body", async () => {
    const etag = (await fetch(picture)).headers.get("etag") ?? "";
    const same = await fetch(picture, { headers: { "if-none-match": etag } });
    assert.deepEqual([same.status, same.headers.get("content-length"), await same.text()], [304, null, ""]);
    const [head, get] = [await fetch(picture, { method: "HEAD" }), await fetch(picture)];
    assert.equal(head.headers.get("content-length"), `${(await get.bytes()).length}`);
    assert.equal(await head.text(), "");
  });

  await t.test("health is told as imgproxy tells it, and is silent", async () => {
    for (const path of ["/health", "/up"]) {
      const response = await fetch(server.origin + path);
      assert.deepEqual(
        [
          response.status,
          await response.text(),
          response.headers.get("content-type"),
          response.headers.get("cache-control"),
        ],
        [200, "imgproxy is running", "text/plain", "no-cache"],
      );
    }
    assert.deepEqual(
      server.logged().filter(({ message }) => /health|up$/.test(message)),
      [],
    );
  });

  await t.test("an answer may be larger than Lambda takes", async () => {
    const response = await fetch(`${server.origin}/_/plain/local:///noise.png@png`);
    const body = await response.bytes();
    assert.ok(response.status === 200 && body.length > 6_291_556, `${response.status}, ${body.length} bytes`);
    assert.equal((await sharp(body).metadata()).width, 2400);
  });

  await t.test("the path counts as it was sent, without its query", async () => {
    const ask = (target: string) =>
      exchange(server.at, `GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
    // Decoded twice it would be another path.
    assert.match(await ask("/_/w:30/plain/local:///%2563at.png"), /^HTTP\/1\.1 404 /);
    assert.match(await ask("/_/w:30/plain/local:///%63at.png?x=1"), /^HTTP\/1\.1 200 /);
  });

  await t.test("what our edge says is heard of nobody", async () => {
    const headers = { "x-shutterspeed-path": "/_/w:99/plain/local:///cat.png@png" };
    const response = await fetch(picture, { headers });
    assert.equal((await sharp(await response.bytes()).metadata()).width, 30);
  });

  await t.test("requests sent at once are answered in their order", async () => {
    const get = (path: string, last = "") => `GET ${path} HTTP/1.1\r\nHost: a\r\n${last}\r\n`;
    const answers = await exchange(
      server.at,
      get("/_/w:30/plain/local:///noise.png@webp") +
        get("/health") +
        get("/nothing", "Connection: close\r\n"),
    );
    assert.deepEqual(answers.match(/HTTP\/1\.1 \d+/g), ["HTTP/1.1 200", "HTTP/1.1 200", "HTTP/1.1 404"]);
  });

  await t.test(
    "what is no HTTP is 400, too many headers are 431, other methods 404, all without an error of ours",
    async () => {
      assert.match(await exchange(server.at, "nonsense\r\n\r\n"), /^HTTP\/1\.1 400 /);
      assert.match(await exchange(server.at, "GET / HTTP/1.1\r\nno colon\r\n\r\n"), /^HTTP\/1\.1 400 /);
      assert.match(
        await exchange(server.at, `GET / HTTP/1.1\r\nA: ${"a".repeat(40_000)}\r\n\r\n`),
        /^HTTP\/1\.1 431 /,
      );
      assert.match(
        await exchange(
          server.at,
          `GET /${"a".repeat(7000)} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
        ),
        /^HTTP\/1\.1 (404|414) /,
      );
      const post = "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc";
      assert.match(await exchange(server.at, post), /^HTTP\/1\.1 404 /);
      assert.match(
        await exchange(server.at, "OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
        /^HTTP\/1\.1 [24]\d\d /,
      );
      assert.equal((await fetch(picture)).status, 200);
      assert.deepEqual(
        server.logged().filter(({ status }) => status >= 500),
        [],
      );
    },
  );
});

test("the same variables hold: signatures, prefix, secret", async () => {
  const keys = { IMGPROXY_KEY: "736563726574", IMGPROXY_SALT: "68656c6c6f" };
  await using server = await running({
    ...local,
    ...keys,
    IMGPROXY_PATH_PREFIX: "/img",
    IMGPROXY_SECRET: "s",
  });
  const authorization = "Bearer s";
  const status = async (path: string, headers = {}) =>
    (await fetch(server.origin + path, { headers })).status;
  // printf 'hello/w:30/plain/local:///cat.png' | openssl dgst -sha256 -hmac secret -binary | basenc --base64url
  const signed = "/img/dhMGkbS0f5cdX-xkHh5aaibjzr-DFRGN0-2IoWXNhnw/w:30/plain/local:///cat.png";
  assert.equal(await status(signed, { authorization }), 200);
  assert.equal(await status(signed), 403);
  assert.equal(await status(signed.replace("w:30", "w:31"), { authorization }), 403);
  assert.equal(await status("/img/health"), 200);
  assert.equal(await status("/health"), 404);
});

test("as many are in work as may", async (t) => {
  const held: (() => void)[] = [];
  await using slow = await source((_, response) => held.push(() => response.end(png)));
  const one = { ...web, IMGPROXY_WORKERS: "1", IMGPROXY_DOWNLOAD_TIMEOUT: "9" };
  const path = (name: string) => `/_/w:9/plain/${slow.url}/${name}`;

  await t.test("one waits, the next is told that there are too many; both others are drawn", async () => {
    await using server = await running({ ...one, IMGPROXY_REQUESTS_QUEUE_SIZE: "1" });
    const first = fetch(server.origin + path("1"));
    await eventually(() => held[0], "the first to be fetched");
    const second = fetch(server.origin + path("2"));
    const third = await eventuallyRefused(() => fetch(server.origin + path("3")));
    assert.deepEqual(
      [third.status, await third.text(), third.headers.get("retry-after")],
      [429, "Too many requests", "1"],
    );
    assert.equal((await fetch(`${server.origin}/health`)).status, 200);
    const freeing = setInterval(() => held.splice(0).map((free) => free()), 50);
    assert.deepEqual([(await first).status, (await second).status], [200, 200]);
    assert.equal((await fetch(server.origin + path("4"))).status, 200);
    clearInterval(freeing);
  });

  await t.test("IMGPROXY_TIMEOUT holds for who is in work, and for who waits", async () => {
    held.length = 0;
    await using server = await running({ ...one, IMGPROXY_TIMEOUT: "2" });
    const first = fetch(server.origin + path("1"));
    await eventually(() => held[0], "the first to be fetched");
    const second = fetch(server.origin + path("2"));
    assert.equal((await first).status, 504);
    const { status, durationMs } = await server.line("/1");
    assert.ok(status === 504 && durationMs < underLoad(2000), `${durationMs} ms`);
    // Its turn came too late.
    assert.ok([503, 504].includes((await second).status));
    assert.ok((await server.line("/2")).durationMs <= underLoad(2100));
  });

  await t.test("who goes is given up: its source is left, its turn is free, the log says 499", async () => {
    held.length = 0;
    let left = false;
    await using deaf = await source((request) => request.on("close", () => (left = true)));
    await using server = await running(one);
    const going = new AbortController();
    const gone = fetch(`${server.origin}/_/w:9/plain/${deaf.url}/gone`, { signal: going.signal });
    const freeing = setInterval(() => held.splice(0).map((free) => free()), 50);
    await new Promise((resolve) => setTimeout(resolve, 300));
    going.abort();
    await assert.rejects(gone);
    await eventually(() => left || undefined, "the source to be left");
    const line = await server.line("/gone");
    assert.deepEqual([line.status, line.error?.name], [499, "Cancelled"]);
    assert.equal((await fetch(server.origin + path("next"))).status, 200);
    clearInterval(freeing);
  });
});

/** Asks until it is not made to wait: the one before it may not have come yet. */
async function eventuallyRefused(ask: () => Promise<Response>): Promise<Response> {
  await new Promise((resolve) => setTimeout(resolve, 300));
  return ask();
}

test("after SIGTERM requests in work end, new ones find nobody, and it exits with 0", async () => {
  const held: (() => void)[] = [];
  await using slow = await source((_, response) => held.push(() => response.end(png)));
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    held.length = 0;
    await using server = await running(web);
    // Connections that are idle do not hold it.
    const idle = await fetch(`${server.origin}/health`);
    await idle.text();
    const waiting = fetch(`${server.origin}/_/w:9/plain/${slow.url}/x`);
    await eventually(() => held[0], "the source to be asked");
    const began = performance.now();
    server.child.kill(signal);
    await eventuallyClosed(Number(server.at));
    for (const free of held) free();
    const response = await waiting;
    assert.deepEqual([response.status, response.headers.get("connection")], [200, "close"]);
    await response.bytes();
    assert.deepEqual(await server.exited, [0, null]);
    assert.ok(performance.now() - began < underLoad(3000), signal);
    assert.deepEqual(server.complaints, []);
  }
});

test("what is not done by IMGPROXY_GRACEFUL_STOP_TIMEOUT is given up, and nobody is left", async () => {
  await using deaf = await source(() => {});
  await using server = await running({ ...web, IMGPROXY_GRACEFUL_STOP_TIMEOUT: "1" });
  let asked = false;
  const waiting = fetch(`${server.origin}/_/w:9/plain/${deaf.url}/x`).finally(() => (asked = true));
  await new Promise((resolve) => setTimeout(resolve, 300));
  const workers = descendants(server.child.pid ?? 0);
  server.child.kill("SIGTERM");
  const began = performance.now();
  await assert.rejects(waiting);
  assert.deepEqual([await server.exited, asked], [[0, null], true]);
  assert.ok(performance.now() - began > 700 && performance.now() - began < underLoad(3000));
  assert.deepEqual(await survivors(workers), []);
});

test("a process that dies is replaced, and meanwhile another one listens", async () => {
  await using server = await running({ ...local, IMGPROXY_WORKERS: "2" });
  const before = descendants(server.child.pid ?? 0);
  assert.equal(before.length, 2);
  const met = new Set<number>();
  const sentence = "a process that serves has ended: SIGSEGV; another one takes its place";
  for (const [at, pid] of before.entries()) {
    process.kill(pid, "SIGSEGV");
    await eventually(() => server.complaints[at], "a complaint");
    for (let count = 0; count < 20; count++) {
      // The connections of the one that died went with it.
      const response = await fetch(`${server.origin}/health`, { headers: { connection: "close" } });
      assert.equal(response.status, 200);
    }
    const next = await eventually(
      () => descendants(server.child.pid ?? 0).find((each) => !before.includes(each) && !met.has(each)),
      "another process",
    );
    met.add(next);
    const [other = 0] = descendants(server.child.pid ?? 0).filter((each) => each !== next);
    // While the other one stands still, nobody else can answer.
    process.kill(other, "SIGSTOP");
    await eventually(() => isWell(server.origin), "the next process to listen");
    process.kill(other, "SIGCONT");
  }
  assert.deepEqual(server.complaints, [sentence, sentence]);
});

/** Whether a new connection is answered at once. */
const isWell = (origin: string) =>
  fetch(`${origin}/health`, { headers: { connection: "close" }, signal: AbortSignal.timeout(500) }).then(
    ({ ok }) => ok || undefined,
    () => undefined,
  );

test("a process that hangs is killed and replaced", async () => {
  await using server = await running({ ...local, IMGPROXY_WORKERS: "1", IMGPROXY_TIMEOUT: "1" });
  const [hanging = 0] = descendants(server.child.pid ?? 0);
  process.kill(hanging, "SIGSTOP");
  await eventually(() => server.complaints[0], "a complaint");
  assert.match(server.complaints[0] ?? "", /^a process that serves has ended: SIGKILL; another one/);
  await eventually(
    () => descendants(server.child.pid ?? 0).find((pid) => pid !== hanging),
    "another process",
  );
  await eventuallyOpen(Number(server.at));
  assert.equal((await fetch(`${server.origin}/_/w:9/plain/local:///cat.png`)).status, 200);
});

test("where the first process is killed, the others go", async () => {
  await using server = await running(local);
  const workers = descendants(server.child.pid ?? 0);
  assert.equal(workers.length, 2);
  server.child.kill("SIGKILL");
  assert.deepEqual(await survivors(workers), []);
});

test("a client that sends or reads too slowly, or stays idle, is not waited for", async () => {
  const times = {
    IMGPROXY_READ_REQUEST_TIMEOUT: "1",
    IMGPROXY_WRITE_RESPONSE_TIMEOUT: "1",
    IMGPROXY_KEEP_ALIVE_TIMEOUT: "1",
  };
  await using server = await running({ ...local, ...times });
  const timed = async (words: string, read = true) => {
    const socket = connect(Number(server.at), "127.0.0.1");
    socket.write(words);
    const began = performance.now();
    let bytes = 0;
    const count = () => socket.on("data", ({ length }) => (bytes += length));
    if (read) count();
    // One that is not read hears of its end only when it is.
    else setTimeout(count, 4000);
    socket.on("error", () => {});
    await once(socket, "close");
    return { ms: performance.now() - began, bytes };
  };
  const [slow, idle, deaf] = await Promise.all([
    timed("GET /health HTTP/1.1\r\nHos"),
    timed("GET /health HTTP/1.1\r\nHost: a\r\n\r\n"),
    timed("GET /_/plain/local:///noise.png@png HTTP/1.1\r\nHost: a\r\n\r\n", false),
  ]);
  assert.ok(slow.ms < underLoad(3500), `${slow.ms} ms`);
  assert.ok(idle.ms > 900 && idle.ms < underLoad(3500), `${idle.ms} ms`);
  assert.ok(deaf.bytes > 0 && deaf.bytes < 6_291_556, `${deaf.bytes} bytes`);
});

test("connections are kept as long as is said, or not at all, and as many as may be", async () => {
  await using none = await running({ IMGPROXY_KEEP_ALIVE_TIMEOUT: "0" });
  assert.match(
    await exchange(none.at, "GET /health HTTP/1.1\r\nHost: a\r\n\r\n"),
    /\r\nConnection: close\r\n/,
  );
  await using two = await running({ IMGPROXY_MAX_CLIENTS: "2", IMGPROXY_WORKERS: "1" });
  const held = [connect(Number(two.at), "127.0.0.1"), connect(Number(two.at), "127.0.0.1")];
  await Promise.all(held.map((socket) => once(socket, "connect")));
  assert.equal(
    await exchange(two.at, "GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").catch(() => ""),
    "",
  );
  for (const socket of held) socket.destroy();
});

test("where nobody reads the log any more, pictures are served all the same", async () => {
  await using server = await running(local);
  server.child.stdout.destroy();
  for (const width of [10, 20, 30]) {
    const response = await fetch(`${server.origin}/_/w:${width}/plain/local:///cat.png`);
    assert.equal(response.status, 200);
    await response.bytes();
  }
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.deepEqual(server.complaints, []);
});

test("a socket of the file system is listened on, and is gone afterwards", async () => {
  const path = join(folder, "s.sock");
  await using server = await running({ IMGPROXY_NETWORK: "unix", IMGPROXY_BIND: path });
  assert.equal(server.at, path);
  const asking = httpRequest({ socketPath: path, path: "/health" }).end();
  const [response] = await once(asking, "response");
  assert.equal(response.statusCode, 200);
  response.resume();
  server.child.kill("SIGTERM");
  assert.deepEqual(await server.exited, [0, null]);
  assert.equal(existsSync(path), false);
});

test("what cannot be served is one line, and status 1", async (t) => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  t.after(() => taken.close());
  const { port } = taken.address() as AddressInfo;
  for (const [env, sentence] of [
    [{ IMGPROXY_QUALITY: "best" }, /^IMGPROXY_QUALITY: expected an integer from 1 to 100, got "best"$/],
    [{ IMGPROXY_PRESETS: "a=w:x" }, /^IMGPROXY_PRESETS/],
    [{ IMGPROXY_WORKERS: "1000000" }, /^IMGPROXY_WORKERS: expected at most \d+/],
    [{ IMGPROXY_KEY: "aa", IMGPROXY_SALT: "bb", SHUTTERSPEED_KEYS_SECRET: "s" }, /expected one of them$/],
    [{ IMGPROXY_BIND: `127.0.0.1:${port}` }, /^IMGPROXY_BIND: .*EADDRINUSE/],
    [{ IMGPROXY_BIND: "192.0.2.1:9" }, /^IMGPROXY_BIND: .*EADDRNOTAVAIL/],
  ] as const) {
    await using server = await running(env);
    assert.deepEqual([await server.exited, server.said], [[1, null], []]);
    assert.equal(server.complaints.length, 1, server.complaints.join("\n"));
    assert.match(server.complaints[0] ?? "", sentence);
  }
});

test("a variable that changes nothing here is warned of; those that only a server reads are not", async () => {
  await using server = await running({
    IMGPROXY_QUALTIY: "3",
    IMGPROXY_SO_REUSEPORT: "1",
    IMGPROXY_WORKERS: "1",
  });
  assert.match(server.complaints[0] ?? "", /^IMGPROXY_QUALTIY: .*did you mean IMGPROXY_QUALITY\?$/);
  assert.match(server.complaints[1] ?? "", /^IMGPROXY_SO_REUSEPORT: changes nothing here/);
  assert.equal(server.complaints.length, 2);
  assert.match(
    server.said.join("\n"),
    /^Listening on \d+: processes 1, pictures at once 1, MB for each \d+\.$/m,
  );
});

const reach = async (port: number) => {
  const socket = connect(port, "127.0.0.1");
  return once(socket, "connect").then(
    () => {
      socket.destroy();
      return true;
    },
    () => false,
  );
};

async function eventuallyClosed(port: number): Promise<void> {
  await eventually(async () => ((await reach(port)) ? undefined : true), "nobody to listen");
}

async function eventuallyOpen(port: number): Promise<void> {
  await eventually(async () => (await reach(port)) || undefined, "somebody to listen");
}
