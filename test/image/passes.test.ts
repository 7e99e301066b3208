import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readConfig } from "../../lambda/config/variables.ts";
import { passes } from "../../lambda/image/passes.ts";
import { type ImageInfo, plan } from "../../lambda/image/plan.ts";
import { limitsOf } from "../../lambda/options/limits.ts";
import { jpegOf, optionsOf } from "../options-of.ts";

const config = readConfig({});
const offers = { auto: [], enforced: [], preferred: ["jpeg", "png", "gif"] } as const;
const photo = jpegOf(4000, 3000);
const still: ImageInfo = { ...photo, format: "png" };
const clear: ImageInfo = { ...photo, format: "png", alpha: true };
const marked: ImageInfo = { ...photo, watermark: clear };

/** The calls of each pass, in order. */
const passesOf = (options: string, source: ImageInfo) =>
  passes(plan(optionsOf(options).options, source, offers, limitsOf(config), config).strokes).map((pass) =>
    pass.map(({ call }) => call).join(" "),
  );

describe("common requests are one pass", () => {
  for (const [options, source, calls] of [
    ["rs:fit:400:300", photo, "resize"],
    ["rs:force:400:400", photo, "resize"],
    ["rs:fill:400:400", photo, "resize extractAfter"],
    ["rs:fill-down:5000:100", photo, "extractAfter"],
    ["rs:fill:400:400/g:nowe/dpr:2/f:webp", clear, "resize extractAfter"],
    ["c:1000:1000/w:300", photo, "resize extractAfter"],
    ["c:1000:1000/w:300", still, "extractBefore resize"],
    ["c:0.5:0.5:nowe/rs:fill:200:300", still, "extractBefore resize extractAfter"],
    ["c:1000:1000/rot:90", photo, "extractBefore rotate"],
    ["rot:90", photo, "rotate"],
    ["w:300/rot:90", photo, "resize rotate"],
    ["w:300/fl:1", photo, "resize flop"],
    ["w:300", { ...photo, orientation: 8 }, "resize rotate"],
    ["rs:fill:300:300/g:no", { ...photo, orientation: 6 }, "resize rotate extractAfter"],
    ["rs:fill:300:300/g:no", { ...photo, orientation: 5 }, "resize flop rotate extractAfter"],
    [
      "c:1000:500:no/rs:fill:300:300/g:so",
      { ...photo, orientation: 6 },
      "extractBefore resize rotate extractAfter",
    ],
    ["rs:fit:300:300/ex:1/bg:fff", photo, "resize extend"],
    ["rs:fit:300:300/exar:1/bg:fff", photo, "resize extend"],
    ["rs:fill:300:300/pd:10/bg:fff", photo, "resize extractAfter extend"],
    ["w:300/pd:10/f:jpeg", photo, "resize extend"],
    ["w:300/pd:10/f:png", photo, "resize extend"],
    ["f:jpeg", clear, "flatten"],
    ["c:1000:1000/f:jpeg", clear, "extractBefore flatten"],
    ["w:300/bl:2/sh:1", photo, "resize blur sharpen"],
    ["c:1000:1000:sm", photo, "extractBefore"],
    ["wm:1", marked, "own"],
    ["c:1000:1000:sm/w:300", still, "extractBefore resize"],
  ] as const) {
    test(`${options}${source.orientation > 1 ? `, EXIF ${source.orientation}` : ""}: ${calls}`, () => {
      assert.deepEqual(passesOf(options, source), [calls]);
    });
  }
});

describe("what sharp would do in another order is a pass of its own", () => {
  for (const [options, source, calls] of [
    ["w:300/f:jpeg", clear, ["resize", "flatten"]],
    ["w:300/bl:2/pd:5/bg:fff", photo, ["resize blur", "extend"]],
    ["rs:fit:300:300/ex:1/pd:4/bg:fff", photo, ["resize extend", "extend"]],
    ["rs:fill:4000:2000/fl:1", photo, ["flop", "extractAfter"]],
    ["rs:fill:300:300/g:sm", photo, ["resize", "extractAfter"]],
    ["w:300/pix:5/pd:5/bg:fff", photo, ["resize", "own", "extend"]],
    ["w:300/wm:1", marked, ["resize", "own"]],
    ["w:300/pd:5/wm:1/f:jpeg", marked, ["resize extend", "own"]],
    ["wm:1/f:jpeg", { ...clear, watermark: clear }, ["flatten", "own"]],
  ] as const) {
    test(`${options}: ${calls.join(", ")}`, () => assert.deepEqual(passesOf(options, source), calls));
  }
});

test("a watermark is drawn in one pass of its own, tiles of it too, unless there are gaps between", () => {
  const laying = (options: string, watermark: ImageInfo) => {
    const source = { ...photo, watermark };
    const { strokes } = plan(optionsOf(options).options, source, offers, limitsOf(config), config);
    const { overlay } = strokes.find(({ step }) => step === "watermark") ?? {};
    return passes(overlay?.strokes ?? []).map((pass) => pass.map(({ call }) => call).join(" "));
  };
  const small: ImageInfo = { ...clear, width: 30, height: 20 };
  assert.deepEqual(laying("wm:1:soea:10:10", small), []);
  assert.deepEqual(laying("wm:1:soea:10:10:0.2", small), ["resize"]);
  assert.deepEqual(laying("wm:1:soea:-10:0:0.2", { ...small, orientation: 5 }), [
    "resize flop rotate extractAfter",
  ]);
  assert.deepEqual(laying("wm:1:re:::0.2", small), ["resize extend"]);
  assert.deepEqual(laying("wm:1:re:::0.2", { ...small, profile: true }), ["resize extend withIccProfile"]);
  assert.deepEqual(laying("wm:1:re:7:8:0.2", small), ["resize extend", "extend"]);
});

test("nothing to draw is no pass", () => {
  assert.deepEqual(passesOf("", photo), []);
});
