import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { freePort } from "../../lib/local/listen.ts";
import { startServer } from "../../lib/server/server.ts";
import { readServerConfig } from "../../lib/server/variables.ts";
import { eventually } from "./running.ts";

test("a process that asks for it is replaced: the next one listens first, and what is in work ends", async (t) => {
  const complaints: string[] = [];
  const server = await startServer({
    config: readServerConfig({}),
    address: { host: "127.0.0.1", port: await freePort({}) },
    slots: [1],
    env: process.env,
    program: join(import.meta.dirname, "replaced-worker.ts"),
    complain: (sentence) => complaints.push(sentence),
  });
  t.after(() => server.stop());
  const ask = async (path: string) =>
    (await fetch(`http://127.0.0.1:${server.at}${path}`, { headers: { connection: "close" } })).text();
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
