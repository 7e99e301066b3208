import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { joins, type SharpCall } from "../../lambda/contract/sharp-order.ts";
import { type Call, type Stroke, sharesPass } from "../../lambda/contract/stroke.ts";

/** As one sharp runs its operations. */
const order: readonly SharpCall[] = [
  "extractBefore",
  "flatten",
  "resize",
  "flop",
  "rotate",
  "extractAfter",
  "extend",
  "blur",
  "sharpen",
  "composite",
];

describe("a call joins what one sharp runs before it, and nothing else", () => {
  for (const [at, call] of order.entries()) {
    test(call, () => {
      // A cut after scaling needs a scaling or turning before it; that rule is told below.
      const given: readonly SharpCall[] = call === "extractAfter" ? ["resize"] : [];
      const joined = order.filter((earlier) => joins(call, [...given, earlier]));
      assert.deepEqual(joined, order.slice(0, at));
    });
  }
});

test("all that came earlier counts, not only the last", () => {
  assert.equal(joins("extend", ["resize", "blur", "flop"]), false);
  assert.equal(joins("extend", ["blur", "flop", "resize"]), false);
  assert.equal(joins("sharpen", ["resize", "flop", "blur"]), true);
});

test("sharp takes the first cut for one before scaling, unless it cut, scaled or turned before", () => {
  const alone = order.filter((earlier) => joins("extractAfter", [earlier]));
  assert.deepEqual(alone, ["extractBefore", "resize", "rotate"]);
  assert.equal(joins("extractAfter", []), false);
  assert.equal(joins("extractAfter", ["flatten", "flop"]), false);
  assert.equal(joins("extractAfter", ["flatten", "resize", "flop"]), true);
});

test("what sees colours does not join a scaling in linear ones; what moves pixels does", () => {
  const joined = order.filter((call) => joins(call, ["linearise", "extractBefore"]));
  assert.deepEqual(joined, ["resize", "flop", "rotate", "extractAfter"]);
  assert.equal(joins("blur", ["decodeWhole", "resize"]), true);
});

const stroke = (call: Call, more: Partial<Stroke> = {}): Stroke => ({
  step: "any",
  call,
  args: [],
  rate: 1,
  leaves: { width: 1, height: 1 },
  ...more,
});

test("a step's own drawing shares a pass with nothing", () => {
  assert.equal(sharesPass(stroke("own"), [stroke("resize")]), false);
  assert.equal(sharesPass(stroke("own"), [stroke("own")]), false);
  assert.equal(sharesPass(stroke("composite"), [stroke("own")]), false);
  assert.equal(sharesPass(stroke("composite"), [stroke("resize")]), true);
});

test("what looks at the pixels begins a pass, and others may follow it", () => {
  const looking = stroke("extractAfter", { attention: true });
  assert.equal(sharesPass(looking, [stroke("resize")]), false);
  assert.equal(sharesPass(stroke("extractAfter"), [stroke("resize")]), true);
  assert.equal(sharesPass(stroke("blur"), [looking]), true);
});
