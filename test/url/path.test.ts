import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { InvalidUrl } from "../../lambda/errors.ts";
import { redenormalize, splitTarget } from "../../lambda/url/path.ts";
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
