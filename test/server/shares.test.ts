import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { addressIn } from "../../lib/server/address.ts";
import { sharesOf } from "../../lib/server/shares.ts";
import { readServerConfig } from "../../lib/server/variables.ts";

test("twice as many pictures as CPUs are in work, in a process for each CPU", () => {
  // (8192 - 64) / 8
  assert.deepEqual(sharesOf({ cpus: 4, memory: 8192 }, 0), { slots: [2, 2, 2, 2], memory: 1016 });
});

test("where memory is short, fewer are", () => {
  // (2048 - 64) / 512 = 3.9
  assert.deepEqual(sharesOf({ cpus: 4, memory: 2048 }, 0), { slots: [1, 1, 1], memory: 661 });
});

test("on one CPU there are two processes, so that one listens while the other is replaced", () => {
  assert.deepEqual(sharesOf({ cpus: 1, memory: 2048 }, 0), { slots: [1, 1], memory: 992 });
});

test("as many are in work as IMGPROXY_WORKERS says, if 128 MB are there for each", () => {
  assert.deepEqual(sharesOf({ cpus: 2, memory: 1024 }, 5).slots, [2, 3]);
  assert.deepEqual(sharesOf({ cpus: 2, memory: 1024 }, 1), { slots: [1], memory: 960 });
  assert.throws(() => sharesOf({ cpus: 2, memory: 1024 }, 8), {
    message: 'IMGPROXY_WORKERS: expected at most 7, for each needs 128 MB of 960, got "8"',
  });
  assert.throws(() => sharesOf({ cpus: 2, memory: 128 }, 0), {
    message: "memory: expected at least 192 MB, got 128",
  });
});

test("no more is shared out than there is, and nobody goes without", () => {
  const machines = fc.record({
    cpus: fc.integer({ min: 1, max: 192 }),
    memory: fc.integer({ min: 192, max: 1e6 }),
  });
  fc.assert(
    fc.property(machines, (machine) => {
      const { slots, memory } = sharesOf(machine, 0);
      const count = slots.reduce((sum, slot) => sum + slot);
      assert.ok(count * memory <= machine.memory && memory >= 128 && slots.every((slot) => slot >= 1));
      assert.ok(slots.length <= Math.max(2, machine.cpus));
    }),
  );
});

for (const [env, address] of [
  [{}, { port: 8080, ipv6Only: false }],
  [{ PORT: "90" }, { port: 90, ipv6Only: false }],
  [
    { PORT: "90", IMGPROXY_BIND: ":91" },
    { port: 91, ipv6Only: false },
  ],
  [{ IMGPROXY_BIND: "127.0.0.1:91" }, { port: 91, host: "127.0.0.1", ipv6Only: false }],
  [{ IMGPROXY_BIND: "[::1]:91" }, { port: 91, host: "::1", ipv6Only: false }],
  [{ IMGPROXY_NETWORK: "tcp4" }, { port: 8080, host: "0.0.0.0", ipv6Only: false }],
  [{ IMGPROXY_NETWORK: "tcp6" }, { port: 8080, host: "::", ipv6Only: true }],
  [{ IMGPROXY_NETWORK: "unix", IMGPROXY_BIND: "/run/s.sock" }, { path: "/run/s.sock" }],
] as const) {
  test(`${JSON.stringify(env)} is listened on`, () => {
    assert.deepEqual(addressIn(readServerConfig(env)), address);
  });
}

for (const [env, sentence] of [
  [{ IMGPROXY_BIND: "8080" }, /^IMGPROXY_BIND: expected an address such as :8080 .*, got "8080"$/],
  [{ IMGPROXY_BIND: ":99999" }, /^IMGPROXY_BIND: expected a port up to 65535, got ":99999"$/],
  [
    { IMGPROXY_NETWORK: "unix" },
    /^IMGPROXY_BIND: expected the path of a socket with IMGPROXY_NETWORK=unix, got ""$/,
  ],
  [
    { IMGPROXY_BIND: "/run/s" },
    /^IMGPROXY_BIND: expected an address .* IMGPROXY_NETWORK=tcp, got "\/run\/s"$/,
  ],
  [
    { IMGPROXY_NETWORK: "unixpacket" },
    /^IMGPROXY_NETWORK: expected one of tcp, tcp4, tcp6, unix, got "unixpacket"$/,
  ],
  [{ PORT: "http" }, /^PORT: expected an integer from 0 to 65535, got "http"$/],
  [{ IMGPROXY_TIMEOUT: "0" }, /^IMGPROXY_TIMEOUT: expected whole seconds/],
] as const) {
  test(`${JSON.stringify(env)} is refused with one sentence`, () => {
    assert.throws(() => addressIn(readServerConfig(env)), { message: sentence });
  });
}
