import assert from "node:assert/strict";
import { test } from "node:test";
import type { KeyPair } from "../../lambda/keys/pairs.ts";
import { listKeys, nameOf, revokeKey, rotateKeys } from "../../lib/keys/rotation.ts";

const old = { key: "61", salt: "62" };

/** Keys in memory, and in which order the two places were written. */
function kept(...pairs: readonly KeyPair[]) {
  const places: { own: readonly KeyPair[]; edge: readonly KeyPair[] } = { own: pairs, edge: pairs };
  const order: string[] = [];
  return {
    places,
    order,
    read: async () => places.own,
    async write(written: readonly KeyPair[]) {
      order.push("own");
      places.own = written;
    },
    async writeEdge(written: readonly KeyPair[]) {
      order.push("edge");
      places.edge = written;
    },
  };
}

test("rotating makes a pair that is signed with from then on, known at the edge first, and keeps the others", async () => {
  const keys = kept(old);
  const name = await rotateKeys(keys);
  const [made, ...others] = keys.places.own;
  assert.ok(made);
  assert.deepEqual(others, [old]);
  assert.match(`${made.key}${made.salt}`, /^[0-9a-f]{128}$/);
  assert.deepEqual([nameOf(made), keys.places.edge, keys.order], [name, keys.places.own, ["edge", "own"]]);
  assert.notEqual(await rotateKeys(keys), name);
});

test("revoking takes one pair away in both places, by its name, which tells nothing of it", async () => {
  const keys = kept(old, { key: "63", salt: "64" });
  const [first = "", second = ""] = await listKeys(keys);
  assert.match(first, /^[0-9a-f]{8}$/);
  await revokeKey(first, keys);
  assert.deepEqual(await listKeys(keys), [second]);
  assert.deepEqual([keys.places.edge, keys.order], [keys.places.own, ["edge", "own"]]);
});

test("the last pair, and one that is not there, are not revoked", async () => {
  const keys = kept(old);
  const name = nameOf(old);
  await assert.rejects(revokeKey(name, keys), {
    message: `${name}: is the last key, without which nothing is served: rotate first`,
  });
  await assert.rejects(revokeKey("00000000", keys), {
    message: `00000000: expected the name of a key, one of ${name}`,
  });
  assert.deepEqual(keys.order, []);
});

test("more pairs than the edge takes are made nowhere", async () => {
  const keys = kept(...Array.from({ length: 7 }, () => ({ key: "a".repeat(64), salt: "b".repeat(64) })));
  await assert.rejects(rotateKeys(keys), { message: /revoke an old one$/ });
  assert.deepEqual(keys.order, []);
});
