import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { connect, Socket } from "node:net";
import { test } from "node:test";
import { readConfig } from "../../lambda/config/variables.ts";
import { s3Store } from "../../lambda/store/s3.ts";
import { endsAfter, goesOn, stopClock, until } from "../clock.ts";
import { faults, message, origin } from "../faults.ts";
import type { Env } from "../services.ts";

process.env.AWS_ACCESS_KEY_ID = "local";
process.env.AWS_SECRET_ACCESS_KEY = "not-a-secret";
process.env.AWS_REGION = "us-east-1";

/** Asks the S3 there for an object, with all the patience in the world. */
const ask = (endpoint: string, env: Env = {}) =>
  s3Store(readConfig({ IMGPROXY_S3_ENDPOINT: endpoint, ...env })).get(
    { bucket: "pictures", key: "cat.jpg" },
    { signal: new AbortController().signal },
  );

for (const [seconds, env, ends] of [
  ["5", {}, 6000],
  ["2", { IMGPROXY_DOWNLOAD_TIMEOUT: "2" }, 3000],
] as const) {
  test(`where nobody aborts, a silent store is given up a second after the ${seconds} a download may take`, async (t) => {
    await using silent = await origin(faults.silence);
    const clock = stopClock(t);
    const asking = assert.rejects(ask(silent.endpoint, env), { name: "DeadlineExceeded", what: "S3" });
    await until(() => silent.heads.length > 0);
    assert.ok(await endsAfter(ends, asking, clock));
    await asking;
    await until(() => silent.open === 0, "a connection is left open");
  });
}

/** Listens with room for two connections, and never takes one. */
const deaf = `
  const server = require("node:net").createServer();
  server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
    require("node:fs").writeSync(1, String(server.address().port));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
    process.exit();
  });`;

/** A port where connections come to nothing: the system drops each attempt, and no answer tells of it. */
async function swallowing() {
  const child = spawn(process.execPath, ["-e", deaf], { stdio: ["ignore", "pipe", "inherit"] });
  const [said] = await once(child.stdout, "data");
  const port = Number(said);
  const filling = [connect(port, "127.0.0.1"), connect(port, "127.0.0.1")];
  await Promise.all(filling.map((socket) => once(socket, "connect")));
  return {
    endpoint: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of filling) socket.destroy();
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}

/** The socket of the next connection somebody here opens. */
function nextSocket(): () => Socket | undefined {
  let found: Socket | undefined;
  const hear = (message: unknown) => {
    if (typeof message !== "object" || message === null || !("socket" in message)) return;
    if (message.socket instanceof Socket) found = message.socket;
    unsubscribe("net.client.socket", hear);
  };
  subscribe("net.client.socket", hear);
  return () => found;
}

test("a connection that does not come about is given up after a second and a half", {
  skip: process.platform !== "linux" && "other systems answer where Linux is silent",
}, async (t) => {
  await using nowhere = await swallowing();
  const clock = stopClock(t);
  const socket = nextSocket();
  const asking = assert.rejects(ask(nowhere.endpoint), { name: "DeadlineExceeded", what: "S3" });
  await until(() => socket() !== undefined);
  assert.ok(await endsAfter(1500, asking, clock));
  await asking;
  assert.equal(socket()?.destroyed, true);
});

test("a connection that idled for more than four seconds is not used again: the process may have been frozen", async (t) => {
  const ports: (number | undefined)[] = [];
  await using here = await origin((socket) => {
    ports.push(socket.remotePort);
    socket.write(message(200, {}, "x"));
  });
  const clock = stopClock(t);
  const store = s3Store(readConfig({ IMGPROXY_S3_ENDPOINT: here.endpoint }));
  for (const idle of [0, 3999, 4001]) {
    clock.pass(idle);
    const stream = await store.get({ bucket: "b", key: "k" }, { signal: new AbortController().signal });
    assert.ok(stream !== "not modified");
    for await (const _ of stream.body);
    await goesOn(new Promise(() => {}));
  }
  assert.equal(ports[0], ports[1]);
  assert.notEqual(ports[1], ports[2]);
});

test("what a request waits for is told: name, connection, first byte; of a used connection the last alone", async () => {
  await using here = await origin(faults.answers(message(200, {}, "x")));
  const store = s3Store(
    readConfig({ IMGPROXY_S3_ENDPOINT: here.endpoint.replace("127.0.0.1", "localhost") }),
  );
  const phases: string[][] = [];
  for (let nth = 0; nth < 2; nth++) {
    const told: string[] = [];
    phases.push(told);
    const at = (phase: string) => told.push(phase);
    const stream = await store.get({ bucket: "b", key: "k" }, { at, signal: new AbortController().signal });
    assert.ok(stream !== "not modified");
    for await (const _ of stream.body);
  }
  assert.deepEqual(phases, [["first byte", "resolve", "connect", "first byte"], ["first byte"]]);
});
