import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { Resolver } from "node:dns/promises";
import { describe, test } from "node:test";
import { certificateFor } from "../../lib/drills/certificate.ts";
import { drills, runDrills } from "../../lib/drills/drills.ts";
import { faults } from "../../lib/drills/faults.ts";
import { startNameServer } from "../../lib/drills/names.ts";
import { row, summary } from "../../lib/drills/table.ts";
import { underLoad } from "../load.ts";

test("at least 85 faults, each with a name of its own and a sentence", () => {
  assert.ok(faults.length >= 85, `${faults.length}`);
  assert.equal(new Set(faults.map(({ name }) => name)).size, faults.length);
  for (const { name, breaks, acts, trouble } of faults) {
    assert.ok(breaks, name);
    assert.ok(acts?.length || trouble, name);
  }
});

describe("which drills are run", () => {
  test("what was chosen, as often as was said", () => {
    const chosen = drills({
      ...{ only: "rst at 50 %", sources: "s3", ways: "TLS", when: "once", sizes: "small,5MB", runs: 3 },
    });
    assert.equal(chosen.length, 6);
    for (const { fault, source, way, always } of chosen)
      assert.deepEqual([fault.name, source, way, always], ["body RST at 50 %", "s3", "TLS", false]);
  });

  test("TLS faults on TLS alone, and what lasts only where it can", () => {
    assert.throws(() => drills({ only: "TLS silent", ways: "http", runs: 1 }), /^Error: --only: expected/);
    assert.throws(() => drills({ only: "refused 300", when: "always", runs: 1 }), /--only/);
  });

  test("what only S3 says not on the web, and redirects there alone", () => {
    const kinds = (only: string) => [
      ...new Set(drills({ only, when: "once", runs: 1 }).map(({ source }) => source)),
    ];
    assert.deepEqual(kinds("wrong checksum"), ["s3"]);
    assert.deepEqual(kinds("derivatives"), ["s3"]);
    assert.deepEqual(kinds("redirect twice"), ["http"]);
    assert.deepEqual(kinds("answer 503 XML"), ["s3", "http"]);
  });

  for (const [name, choice, sentence] of [
    ["an unknown source", { sources: "ftp" }, '--sources: expected s3, http, got "ftp"'],
    ["an unknown size", { sizes: "huge" }, '--sizes: expected small, 5MB, 40MB, got "huge"'],
    ["an unknown way", { ways: "https" }, '--ways: expected http, TLS, got "https"'],
    ["an unknown time", { when: "never" }, '--when: expected once, always, got "never"'],
    ["no such fault", { only: "xyzzy" }, `--only: expected a part of a fault's name, got "xyzzy"`],
  ] as const) {
    test(`${name} gets one sentence`, () =>
      assert.throws(() => drills({ only: "", runs: 1, ...choice }), { message: sentence }));
  }
});

test("a certificate is its own, for the name and for this machine", () => {
  const { cert } = certificateFor("s3.drill.test");
  const read = new X509Certificate(cert);
  assert.equal(read.subjectAltName, "DNS:s3.drill.test, IP Address:127.0.0.1");
  assert.ok(read.verify(read.publicKey));
  assert.ok(read.ca);
});

test("the name server answers, and fails for as long as it is told to", async () => {
  const server = await startNameServer();
  const resolver = new Resolver({ timeout: 100, tries: 1 });
  resolver.setServers([server.address]);
  assert.deepEqual(await resolver.resolve4("any.test"), ["127.0.0.1"]);
  server.fail("NXDOMAIN", 60_000);
  await assert.rejects(resolver.resolve4("any.test"), { code: "ENOTFOUND" });
  server.fail("silent", 60_000);
  await assert.rejects(resolver.resolve4("any.test"), { code: "ETIMEOUT" });
  server.fail("silent", 0);
  assert.deepEqual(await resolver.resolve4("any.test"), ["127.0.0.1"]);
  server.stop();
});

test("in the real runtime: a body that breaks is gone on with, over TLS too, and what goes on is answered in time", async () => {
  const chosen = [
    ...drills({ only: "RST at 50 %", sources: "s3", when: "once", runs: 1 }),
    ...drills({ only: "answer 503 XML", sources: "s3", ways: "http", when: "always", runs: 1 }),
  ];
  const outcomes = await Array.fromAsync(runDrills(chosen, 4));
  assert.deepEqual(
    outcomes.map(({ kept, status, why }) => [kept, status, why]),
    [
      [true, 200, ""],
      [true, 502, ""],
      [true, 200, ""],
    ],
  );
  assert.ok(outcomes.every(({ ms }) => ms < underLoad(4000)));
  assert.match(summary(outcomes), /Promises kept: 3 of 3/);
  assert.match(row(outcomes[0] ?? assert.fail()), /^body RST at 50 % +s3 +http +small +once +kept +200/);
});

test("over http too: each phase heals, what is the page's own answer stands, and nothing else is served for the picture", async () => {
  const one = (only: string, ways: string, when = "once") =>
    drills({ only, sources: "http", ways, when, runs: 1 });
  const healing = [
    ...["DNS SERVFAIL", "connect RST", "first byte half a status line, FIN", "FIN at 50 %", "chunks, half"],
    ...["answer 206", "gzip half", "redirect then RST", "row FIN, then 416"],
  ];
  const healed = await Array.fromAsync(
    runDrills([...healing.flatMap((only) => one(only, "http")), ...one("TLS alert", "TLS")], 4),
  );
  assert.deepEqual(
    healed.filter(({ kept, healed }) => !kept || !healed).map((outcome) => row(outcome)),
    [],
  );
  assert.equal(healed.length, healing.length + 2);
  const standing = [
    ...one("answer 403", "http"),
    ...one("redirect inside", "http"),
    ...one("length says half", "http", "always"),
  ];
  const answered = await Array.fromAsync(runDrills(standing, 4));
  assert.deepEqual(
    answered.map(({ kept, status }) => [kept, status]),
    [
      [true, 403],
      [true, 404],
      [true, 422],
    ],
  );
});
