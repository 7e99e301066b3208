import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { type EdgeRequest, edgeFunction, verifyingEdgeFunction } from "../../lib/local/edge/edge-function.ts";
import { memoryStore } from "../../lib/local/edge/key-value-store.ts";
import { viewerRequestCode } from "../../lib/stack/edge-code.ts";
import { tries } from "../thorough.ts";
import { type Party, parties, urlMaker } from "./fuzz-urls.ts";

/** nginx's JavaScript, from which CloudFront's is made: njs of the PATH, or of the variable NJS. */
const njs = process.env.NJS ?? "njs";
const there = spawnSync(njs, ["-v"]).status === 0;
const skip = !there && "njs is not here (Debian: apt install njs)";
const folder = mkdtempSync(join(tmpdir(), "shutterspeed-njs-"));
after(() => rmSync(folder, { recursive: true }));

const URLS = tries(4000, 100_000);
/** Of await in a loop Debian's njs dies, and of too many promises it takes ever longer. */
const AT_ONCE = 1000;

/** Requests by the deployment they are for. */
const asked = new Map(parties.map((party): [Party, EdgeRequest[]] => [party, []]));
const { make } = urlMaker(7);
for (let nth = 0; nth < URLS; nth++) {
  const { party, request } = make(nth);
  asked.get(party)?.push(request);
}

/** What njs makes of them. */
function byNjs(code: string, requests: readonly EdgeRequest[], pairs = ""): readonly unknown[] {
  if (requests.length > AT_ONCE)
    return [
      ...byNjs(code, requests.slice(0, AT_ONCE), pairs),
      ...byNjs(code, requests.slice(AT_ONCE), pairs),
    ];
  const file = join(folder, "edge.js");
  const events = requests.map((request) => ({
    request: {
      ...request,
      headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, { value }])),
    },
  }));
  const cf = `const cf = { kvs: () => ({ get: async () => ${JSON.stringify(pairs)} }) };`;
  const drive = [
    `var all = ${JSON.stringify(events)};`,
    "function tell(made) { console.log(JSON.stringify(made)); }",
    code.includes("async function handler")
      ? "function driven(i) { if (i < all.length) handler(all[i]).then((made) => { tell(made); driven(i + 1); }); } driven(0);"
      : "for (var i = 0; i < all.length; i++) tell(handler(all[i]));",
  ].join("\n");
  writeFileSync(file, `${code.replace(/^import cf.*$/m, cf)}\n${drive}\n`);
  const { stdout, stderr, status } = spawnSync(njs, [file], { encoding: "utf8", maxBuffer: 1 << 26 });
  assert.equal(status, 0, stderr);
  const lines = stdout.trim().split("\n");
  assert.equal(lines.length, requests.length);
  return lines.map((line) => JSON.parse(line.replace(/^'|'$/g, "")));
}

/** The same as our machine's edge reads it. */
const read = (made: unknown) => {
  const { statusCode, uri, headers, body } = Object(made);
  const plain = Object.fromEntries(
    Object.entries(Object(headers)).map(([name, header]) => [name, Object(header).value]),
  );
  return statusCode === undefined ? { uri, headers: plain } : { status: statusCode, body: body.data };
};
const same = (made: object) =>
  "status" in made
    ? { status: made.status, body: Object(made).body }
    : { uri: Object(made).uri, headers: Object(made).headers };

test(`CloudFront's own JavaScript makes the same of ${URLS} URLs`, { skip }, () => {
  for (const [{ config }, requests] of asked) {
    const code = viewerRequestCode(config);
    const edge = edgeFunction(code);
    for (const [nth, made] of byNjs(code, requests).entries()) {
      const request = requests[nth];
      assert.ok(request);
      assert.deepEqual(read(made), same(edge(request)), request.uri);
    }
  }
});

test("and of their signatures", { skip }, async (t) => {
  const statuses: Record<string, number> = {};
  for (const [{ config, pairs }, requests] of asked) {
    if (pairs === "") continue;
    const code = viewerRequestCode(config, true);
    const store = memoryStore();
    await store.put("keys", pairs);
    const edge = verifyingEdgeFunction(code, store);
    for (const [nth, made] of byNjs(code, requests, pairs).entries()) {
      const request = requests[nth];
      assert.ok(request);
      const ours = same(await edge(request));
      const status = String(Object(ours).status ?? 200);
      statuses[status] = (statuses[status] ?? 0) + 1;
      assert.deepEqual(read(made), ours, request.uri);
    }
  }
  t.diagnostic(JSON.stringify(statuses));
  assert.deepEqual(Object.keys(statuses), ["200", "403", "404"], "all kinds came up");
});
