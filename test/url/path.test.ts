import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { InvalidUrl } from "../../lambda/errors.ts";
import { redenormalize, shownPath, splitTarget } from "../../lambda/url/path.ts";
import { oracle } from "../oracle.ts";

interface RequestPath {
  readonly id: string;
  readonly requestUri: string;
  readonly routePattern: string;
  readonly expect: {
    readonly signature?: string;
    readonly path?: string;
    readonly error?: { status: number };
  };
}

describe("requestPath: a request target is split as imgproxy splits it", () => {
  for (const { id, requestUri, routePattern, expect } of oracle<RequestPath>("requestPath")) {
    test(id, () => {
      const split = () => splitTarget(requestUri, routePattern.replace(/\/$/, ""));
      if (expect.error)
        assert.throws(split, (error) => error instanceof InvalidUrl && error.status === expect.error?.status);
      else assert.deepEqual(split(), { signature: expect.signature, path: expect.path });
    });
  }
});

describe("redenormalizePath: a path is redenormalised as imgproxy does it", () => {
  for (const { id, input, expect } of oracle<{ id: string; input: string; expect: string }>(
    "redenormalizePath",
  )) {
    test(id, () => assert.equal(redenormalize(input), expect));
  }
});

test("a path is shown without its signature, wherever that stands, and shortened", () => {
  const shown = (path: string, prefix = "") => shownPath(prefix + path, prefix);
  assert.equal(shown("/SECRET/w:1/plain/s3://b/k"), "/…/w:1/plain/s3://b/k");
  assert.equal(shown("/SECRET/w:1/x", "/img"), "/img/…/w:1/x");
  assert.equal(shownPath("/other/SECRET/w:1/x", "/img"), "/…");
  for (const path of ["/SECRET", "//SECRET/x", "///SECRET/x", "/SECRET/", "/SECRET//x"])
    for (const prefix of ["", "/img"]) assert.doesNotMatch(shown(path, prefix), /SECRET/);
  for (const path of ["", "/", "/health", "/favicon.ico", "/-"]) assert.equal(shown(path), path);
  assert.equal(shown(`/SECRET/${"x".repeat(9000)}`).length, 301);
});
