import assert from "node:assert/strict";
import { test } from "node:test";
import { assert as hold, property, string } from "fast-check";
import { bytesToBase64url, fromBase64url, toBase64url } from "../../lambda/contract/base64.ts";

test("text and bytes are spelled as Buffer spells them, and read back", () => {
  const read = property(string({ unit: "binary" }), (text) => {
    const written = Buffer.from(text).toString("base64url");
    assert.equal(toBase64url(text), written);
    assert.equal(bytesToBase64url(Buffer.from(text)), written);
    assert.equal(fromBase64url(written), text);
    assert.equal(fromBase64url(`${written}=`), text);
  });
  hold(read);
});

test("whatever else stands in base64 is read as Buffer reads it, or refused", () => {
  for (const given of ["a", "YQ", "YR", "YWJ", "YWJj", "_-8", "77-9", "-w", ""]) {
    assert.equal(fromBase64url(given), Buffer.from(given, "base64url").toString(), given);
  }
  for (const given of ["a+b/", "a b", "ü", "a=b"]) assert.equal(fromBase64url(given), undefined, given);
});
