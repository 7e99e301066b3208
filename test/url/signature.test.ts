import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Failure } from "../../lambda/errors.ts";
import { verify } from "../../lambda/url/signature.ts";
import { sign } from "../../lib/client/signature.ts";
import { oracle } from "../oracle.ts";

interface Signed {
  readonly id: string;
  readonly signatureSize: number;
  readonly trusted: readonly string[];
  readonly keys: readonly string[];
  readonly salts: readonly string[];
  readonly signature: string;
  readonly path: string;
  readonly valid: boolean;
}

const bytes = (hex: readonly string[]) => hex.map((word) => Buffer.from(word, "hex"));

describe("signature: signatures are accepted and refused as imgproxy does it", () => {
  for (const vector of oracle<Signed>("signature")) {
    test(`${vector.id} ${vector.signature}`, () => {
      const check = () =>
        verify(vector, {
          keys: bytes(vector.keys),
          salts: bytes(vector.salts),
          signatureSize: vector.signatureSize,
          trustedSignatures: vector.trusted,
        });
      if (vector.valid) assert.doesNotThrow(check);
      else assert.throws(check, (error) => error instanceof Failure && error.status === 403);
    });
  }
});

test("what we sign, we accept", () => {
  const [key, salt] = [Buffer.from("secret"), Buffer.from("hello")];
  const path = "/rs:fill:300:400:0/g:sm/aHR0cDovL2V4YW1w/bGUuY29tL2ltYWdl/cy9jdXJpb3NpdHku/anBn.png";
  assert.equal(sign(path, key, salt, 32), "oKfUtW34Dvo2BGQehJFR4Nr0_rIjOtdtzJ3QFsUcXH8");
});

test("a signature is accepted as it is made, not as base64 could also spell it", () => {
  const keys = { keys: bytes(["ab"]), salts: bytes(["cd"]), trustedSignatures: [] };
  for (const signatureSize of [32, 31, 8]) {
    const signature = sign("w:1/plain/x", Buffer.from("ab", "hex"), Buffer.from("cd", "hex"), signatureSize);
    const accepted = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_="].filter(
      (last) => {
        try {
          verify(
            { signature: signature.slice(0, -1) + last, path: "w:1/plain/x" },
            { ...keys, signatureSize },
          );
          return true;
        } catch {
          return false;
        }
      },
    );
    assert.deepEqual(accepted, [signature.at(-1)]);
    for (const spelled of [`${signature}=`, `${signature} `, `${signature}A`])
      assert.throws(() => verify({ signature: spelled, path: "w:1/plain/x" }, { ...keys, signatureSize }));
  }
});
