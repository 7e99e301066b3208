import assert from "node:assert/strict";
import cluster from "node:cluster";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { freePort } from "../../lib/local/listen.ts";
import { startServer } from "../../lib/server/server.ts";
import { readServerConfig } from "../../lib/server/variables.ts";
import { survivors } from "../local/processes.ts";
import { eventually } from "./running.ts";

/** A server of one process, which asks to be replaced, with what it complains of. */
async function serving(env: Readonly<Record<string, string>> = {}) {
  const complaints: string[] = [];
  const server = await startServer({
    config: readServerConfig({}),
    address: { host: "127.0.0.1", port: await freePort({}) },
    slots: [1],
    env: { ...process.env, ...env },
    program: join(import.meta.dirname, "replaced-worker.ts"),
    complain: (sentence) => complaints.push(sentence),
  });
  // What was handed to a process that has just been killed is never answered.
  const ask = async (path: string) =>
    (
      await fetch(`http://127.0.0.1:${server.at}${path}`, {
        headers: { connection: "close" },
        signal: AbortSignal.timeout(5000),
      })
    ).text();
  return { server, ask, complaints };
}

test("a process that asks for it is replaced: the next one listens first, and what is in work ends", async (t) => {
  const { server, ask, complaints } = await serving();
  t.after(() => server.stop());
  const first = await ask("/");
  const slow = ask("/slow");
  // Twice is once.
  assert.deepEqual(await Promise.all([ask("/replace"), ask("/replace")]), [first, first]);
  // Nobody is refused meanwhile.
  await eventually(async () => ((await ask("/")) === first ? undefined : true), "another process");
  assert.equal(await slow, first);
  assert.deepEqual(complaints, ["a process still draws what was given up; another one takes its place"]);
  await server.stop();
  await assert.rejects(ask("/"));
});

test("one that dies while the next cannot serve is replaced all the same", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "shutterspeed-replaced-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const fails = join(folder, "once");
  const { server, ask } = await serving({ FAILS_ONCE: fails });
  t.after(() => server.stop());
  writeFileSync(fails, "");
  const first = Number(await ask("/replace"));
  process.kill(first, "SIGKILL");
  assert.deepEqual(await survivors([first]), []);
  const next = await eventually(() => ask("/").catch(() => undefined), "another process");
  assert.notEqual(Number(next), first);
});

test("where no process can be started, that is one sentence", async () => {
  cluster.setupPrimary({ cwd: join(tmpdir(), "no such folder") });
  try {
    await assert.rejects(serving(), { message: /^spawn .* ENOENT$/ });
  } finally {
    cluster.setupPrimary({ cwd: process.cwd() });
  }
});
