import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { hintedOptions, hintsIn, hintWords } from "../../lambda/url/hints.ts";

const listening = { enableClientHints: true };

describe("a client hints at", () => {
  for (const [headers, hints] of [
    [{ width: "640" }, { width: 640 }],
    [
      { width: "1", dpr: "0.5" },
      { width: 1, dpr: 0.5 },
    ],
    [{ dpr: "+1.5e0" }, { dpr: 1.5 }],
    [{ dpr: ".5" }, { dpr: 0.5 }],
    [{ dpr: "8" }, { dpr: 8 }],
    // The newer header before the older, where it says a number.
    [
      { "sec-ch-width": "320", width: "640", "sec-ch-dpr": "2", dpr: "3" },
      { width: 320, dpr: 2 },
    ],
    [{ "sec-ch-width": "wide", width: "640" }, { width: 640 }],
    [{ "sec-ch-dpr": "9", dpr: "3" }, { dpr: 3 }],
    // What is no such number.
    [{ width: "0", dpr: "0" }, {}],
    [{ width: "-1", dpr: "-1" }, {}],
    [{ width: "1.5", dpr: "8.01" }, {}],
    [{ width: "9007199254740992", dpr: "Infinity" }, {}],
    [{ width: "640px", dpr: "2x" }, {}],
    [{ width: "", dpr: "." }, {}],
  ] as const) {
    test(JSON.stringify(headers), () => assert.deepEqual(hintsIn(headers, listening), hints));
  }

  test("nothing where nobody listens", () => {
    assert.deepEqual(hintsIn({ width: "640", dpr: "2" }, { enableClientHints: false }), {});
  });
});

test("a width in device px is one in CSS px, rounded", () => {
  assert.deepEqual(hintedOptions({ width: 640 }), { width: 640 });
  assert.deepEqual(hintedOptions({ width: 641, dpr: 2 }), { width: 321, dpr: 2 });
  assert.deepEqual(hintedOptions({ dpr: 3 }), { dpr: 3 });
  assert.deepEqual(hintedOptions({}), {});
});

test("a key has no other dot than the one before its token", () => {
  assert.deepEqual(hintWords({ width: 640, dpr: 1.5 }), ["w640", "d1_5"]);
  assert.deepEqual(hintWords({ dpr: 2 }), ["d2"]);
  assert.deepEqual(hintWords({}), []);
});
