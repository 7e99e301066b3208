import assert from "node:assert/strict";
import { test } from "node:test";
import { imageType, TYPE_WITHIN } from "../lambda/image-type.ts";

const type = (text: string) => imageType(Buffer.from(text, "latin1"));

test("an SVG is an XML that holds an svg, whatever stands before it", () => {
  for (const text of [
    "<svg/>",
    "<svg xmlns='http://www.w3.org/2000/svg'>",
    "\xef\xbb\xbf <?xml version='1.0'?><!DOCTYPE svg><!-- a logo --><s:svg>",
  ])
    assert.equal(type(text), "svg", text);
});

test("an svg in a comment, in text, or too far in is none", () => {
  for (const text of [
    "<html><!-- <svg> --></html>",
    "svg <svg>",
    "<svgfilter>",
    `<a>${" ".repeat(TYPE_WITHIN)}<svg/>`,
    "<!-- <svg>",
  ])
    assert.equal(type(text), undefined, text);
});

test("a hundred thousand comments are looked through in no time", () => {
  const began = performance.now();
  type(`<${"<!--".repeat(100_000)}`);
  assert.ok(performance.now() - began < 100);
});
