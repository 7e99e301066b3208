import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readConfig } from "../../lambda/config/variables.ts";
import { edgeFunction, verifyingEdgeFunction } from "../../lib/local/edge/edge-function.ts";
import { memoryStore } from "../../lib/local/edge/key-value-store.ts";
import { random } from "../../lib/local/samples/random.ts";
import { viewerRequestCode } from "../../lib/stack/edge-code.ts";

/** nginx's JavaScript, from which CloudFront's is made: njs of the PATH, or of the variable NJS. */
const njs = process.env.NJS ?? "njs";
const there = spawnSync(njs, ["-v"]).status === 0;
const skip = !there && "njs is not here (Debian: apt install njs)";
const folder = mkdtempSync(join(tmpdir(), "shutterspeed-njs-"));
after(() => rmSync(folder, { recursive: true }));

const pairs = "61:62,6364:65";
const next = random(7);
const one = <T>(from: readonly [T, ...T[]]): T => from[Math.floor(next() * from.length)] ?? from[0];
const part = () =>
  one([
    "w:10",
    "rs%3Afit:3",
    "plain",
    "s3://b/k",
    "s3:/b/k?v",
    "exp:1",
    "aHR0cDovL2E",
    "a.png",
    "%zz",
    "é",
    "dpr:2",
    "",
  ]);

/** Requests of all kinds, two thirds of them signed right. */
const requests = Array.from({ length: 2000 }, () => {
  const path = `/${Array.from({ length: 1 + Math.floor(next() * 4) }, part).join("/")}`;
  const normal = path.replaceAll("%3A", ":").replace(/^\/+/, "");
  const mac = createHmac("sha256", "cd").update(`e/${normal}`).digest("base64url");
  const headers = { accept: one(["*/*", "image/webp,*/*"]), width: one(["", "300", "abc"]) };
  return { method: "GET", uri: `/${one([mac, mac, "_"])}${path}`, headers };
});

/** What njs makes of them. */
function byNjs(code: string): readonly unknown[] {
  const file = join(folder, "edge.js");
  const events = requests.map((request) => ({
    request: {
      ...request,
      headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, { value }])),
    },
  }));
  const cf = `const cf = { kvs: () => ({ get: async () => ${JSON.stringify(pairs)} }) };`;
  // Of await in a loop Debian's njs dies.
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
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line.replace(/^'|'$/g, "")));
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

const env = { IMGPROXY_AUTO_WEBP: "1", IMGPROXY_ENABLE_CLIENT_HINTS: "1" };

test("CloudFront's own JavaScript makes the same of 2,000 URLs", { skip }, () => {
  const code = viewerRequestCode(readConfig(env));
  const edge = edgeFunction(code);
  for (const [nth, made] of byNjs(code).entries()) {
    const request = requests[nth];
    assert.ok(request);
    assert.deepEqual(read(made), same(edge(request)), request.uri);
  }
});

test("and of their signatures", { skip }, async () => {
  const code = viewerRequestCode(readConfig(env), true);
  const store = memoryStore();
  await store.put("keys", pairs);
  const edge = verifyingEdgeFunction(code, store);
  const statuses = new Set<unknown>();
  for (const [nth, made] of byNjs(code).entries()) {
    const request = requests[nth];
    assert.ok(request);
    const ours = same(await edge(request));
    statuses.add(Object(ours).status);
    assert.deepEqual(read(made), ours, request.uri);
  }
  assert.deepEqual(statuses, new Set([undefined, 403, 404]), "all kinds came up");
});
