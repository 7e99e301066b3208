import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { type AddressKind, kindOf, mayDial, unwrapped } from "../../lambda/store/addresses.ts";
import { onPurpose } from "../on-purpose.ts";
import { oracle } from "../oracle.ts";

const closed = { allowLoopback: false, allowLinkLocal: false, allowPrivate: false };

interface Vector {
  readonly id: string;
  readonly ip: string;
  readonly expect: Partial<AddressKind> & { readonly unwrapped?: string | null };
}

describe("privateNet: an address is what it is in imgproxy, whatever its disguise", () => {
  for (const { id, ip, expect } of oracle<Vector>("privateNet")) {
    // imgproxy's note says what would be right.
    const skip = id === "derived:real-nat64-local-use" && onPurpose("privateAddresses");
    test(id, { skip }, () => {
      const found = { ...kindOf(ip), unwrapped: unwrapped(ip) ?? null };
      assert.deepEqual({ ...found, ...expect }, found);
    });
  }
});

interface Guarding {
  readonly id: string;
  readonly address: string;
  readonly allowLoopback: boolean;
  readonly allowLinkLocal: boolean;
  readonly allowPrivate: boolean;
  readonly blocked: boolean;
}

describe("verifySourceNetwork: an address is dialled where imgproxy dials it", () => {
  for (const { id, address, blocked, ...allowed } of oracle<Guarding>("verifySourceNetwork"))
    test(id, () => assert.equal(mayDial(address, allowed), !blocked));
});

test("the real prefix of local NAT64 is seen through", () => {
  assert.equal(unwrapped("64:ff9b:1:a00:0:100::"), "10.0.0.1");
  assert.equal(kindOf("64:ff9b:1:a00:0:100::")?.private, true);
});

const byte = fc.integer({ min: 0, max: 255 });
const hex = (...bytes: readonly number[]) => bytes.map((each) => each.toString(16).padStart(2, "0")).join("");

/** Ways of the standards to write an IPv4 address as one of IPv6. */
const disguises: readonly ((a: number, b: number, c: number, d: number) => string)[] = [
  (...four) => `::ffff:${four.join(".")}`,
  (...four) => `0:0:0:0:0:FFFF:${four.join(".")}`,
  (a, b, c, d) => `::ffff:${hex(a, b)}:${hex(c, d)}`,
  (...four) => `::${four.join(".")}`,
  (a, b, c, d) => `64:ff9b::${hex(a, b)}:${hex(c, d)}`,
  (a, b, c, d) => `64:ff9b:1:${hex(a, b)}:${hex(0, c)}:${hex(d, 0)}::`,
  (a, b, c, d) => `::ffff:0:${hex(a, b)}:${hex(c, d)}`,
  (a, b, c, d) => `64:ff9b:1::${hex(a, b)}:${hex(c, d)}`,
  (a, b, c, d) => `2002:${hex(a, b)}:${hex(c, d)}::1`,
  (a, b, c, d) => `2001:0:1:2:3:4:${hex(a ^ 255, b ^ 255)}:${hex(c ^ 255, d ^ 255)}`,
  (a, b, c, d) => `2001:db8:1:2:0:5efe:${hex(a, b)}:${hex(c, d)}`,
  (a, b, c, d) => `2001:db8:1:2:200:5efe:${hex(a, b)}:${hex(c, d)}`,
];

test("what may not be dialled may not be dialled in any disguise", () => {
  const inside = fc.oneof(
    fc.tuple(fc.constant(127), byte, byte, byte),
    fc.tuple(fc.constant(10), byte, byte, byte),
    fc.tuple(fc.constant(169), fc.constant(254), byte, byte),
    fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), byte, byte),
    fc.tuple(fc.constant(192), fc.constant(168), byte, byte),
    fc.tuple(fc.constant(100), fc.integer({ min: 64, max: 127 }), byte, byte),
  );
  fc.assert(
    fc.property(inside, ([a, b, c, d]) => {
      assert.equal(mayDial([a, b, c, d].join("."), closed), false);
      for (const disguise of disguises)
        assert.equal(mayDial(disguise(a, b, c, d), closed), false, disguise(a, b, c, d));
    }),
    { numRuns: 2000 },
  );
});

test("what is no address, or has a zone, is not dialled whatever is allowed", () => {
  const open = { allowLoopback: true, allowLinkLocal: true, allowPrivate: true };
  for (const text of ["", "localhost", "127.1", "fe80::1%eth0", "1.2.3.4.5", "::g"])
    assert.equal(mayDial(text, open), false, text);
  assert.equal(mayDial("2606:4700::1111", closed), true);
});
