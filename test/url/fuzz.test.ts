import assert from "node:assert/strict";
import { test } from "node:test";
import { fuzz } from "./fuzz-urls.ts";

/** A part of what `npm run fuzz` asks. */
const URLS = 5000;

test(`of ${URLS} random and damaged URLs each is read, or refused with a 4xx`, () => {
  const { read = 0, ...refused } = fuzz(URLS, 1);
  assert.ok(read > URLS / 20, `${read} read`);
  for (const status of ["403", "404"])
    assert.ok((refused[status] ?? 0) > URLS / 100, JSON.stringify(refused));
});
