import assert from "node:assert/strict";
import dns, { type LookupAddress } from "node:dns";
import { type TestContext, test } from "node:test";
import { startResolver } from "../../lambda/store/resolver.ts";
import { startNameServer } from "../../lib/drills/names.ts";
import { underLoad } from "../load.ts";

const resolved = (lookup: ReturnType<typeof startResolver>, host: string) =>
  new Promise<string | LookupAddress[]>((resolve, reject) => {
    lookup(host, { all: true }, (error, found) => (error ? reject(error) : resolve(found)));
  });

/** A name server in place of the system's, for this test. */
async function ownServer(t: TestContext) {
  const before = dns.getServers();
  const server = await startNameServer();
  dns.setServers([server.address]);
  t.after(() => {
    dns.setServers(before);
    server.stop();
  });
  return server;
}

const here = [{ address: "127.0.0.1", family: 4 }];

test("the name servers are asked, each time anew", async (t) => {
  const server = await ownServer(t);
  const lookup = startResolver();
  assert.deepEqual(await resolved(lookup, "s3.drill.test"), here);
  server.fail("NXDOMAIN", 60_000);
  await assert.rejects(resolved(startResolver(), "s3.drill.test"), { code: "ENOTFOUND" });
});

test("the last good address is taken where they fail, or are silent for a quarter of a second", async (t) => {
  const server = await ownServer(t);
  const lookup = startResolver();
  await resolved(lookup, "s3.drill.test");
  for (const how of ["NXDOMAIN", "SERVFAIL", "silent"] as const) {
    server.fail(how, 60_000);
    const began = performance.now();
    assert.deepEqual(await resolved(lookup, "s3.drill.test"), here);
    assert.ok(performance.now() - began < underLoad(1000), how);
  }
  await assert.rejects(resolved(lookup, "never.seen.test"));
});

test("addresses are themselves, and names only the system knows are known", async () => {
  const lookup = startResolver();
  assert.deepEqual(await resolved(lookup, "10.1.2.3"), [{ address: "10.1.2.3", family: 4 }]);
  assert.deepEqual(await resolved(lookup, "::1"), [{ address: "::1", family: 6 }]);
  assert.notEqual((await resolved(lookup, "localhost")).length, 0);
  const one = await new Promise((resolve) =>
    lookup("10.1.2.3", {}, (_, address, family) => resolve([address, family])),
  );
  assert.deepEqual(one, ["10.1.2.3", 4]);
});
