import assert from "node:assert/strict";
import { test } from "node:test";
import { imageType, TYPE_WITHIN } from "../lambda/image-type.ts";
import { underLoad } from "./load.ts";

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
  assert.ok(performance.now() - began < underLoad(100));
});

test("a file of boxes is what its first brand says; one that tells of no codec is AVIF where that is among the others", () => {
  const file = (...brands: readonly string[]) => {
    const length = String.fromCharCode(12 + brands.length * 4);
    return `\0\0\0${length}ftyp${brands[0]}\0\0\0\0${brands.slice(1).join("")}`;
  };
  assert.equal(type(file("avif", "mif1")), "avif");
  assert.equal(type(file("mif1", "avif", "miaf")), "avif");
  for (const brand of ["heic", "heix", "hevc", "heim", "heis", "hevm", "hevs"])
    assert.equal(type(file(brand, "mif1", "avif")), "heic");
  assert.equal(type(file("mif1", "heic")), "heic");
  assert.equal(type(file("mif1")), "heic");
  assert.equal(type(`${file("mif1", "miaf")}avif`), "heic");
  for (const brand of ["avis", "mp42", "toString"]) assert.equal(type(file(brand, "avif")), undefined);
});
