import assert from "node:assert/strict";
import { test } from "node:test";
import { CloudFrontKeyValueStoreClient } from "@aws-sdk/client-cloudfront-keyvaluestore";
import { type HttpRequest, HttpResponse } from "@smithy/core/protocols";
import { copyKeys, type DeploymentEvent } from "../../lambda/keys/deployed.ts";
import { putEdgeKeys } from "../../lambda/keys/edge-store.ts";
import type { KeyPair } from "../../lambda/keys/pairs.ts";

const store = "arn:aws:cloudfront::111122223333:key-value-store/11111111-2222-3333-4444-555555555555";
const event = {
  RequestType: "Create",
  ResponseURL: "https://example.com/told",
  StackId: "stack",
  RequestId: "request",
  LogicalResourceId: "Copied",
  ResourceProperties: { store, secret: "arn:secret" },
} as const satisfies DeploymentEvent;

/** A deployment of that event: what was put where, and what CloudFormation heard. */
async function deployed(of: DeploymentEvent, answer: object = { SecretString: "61:62" }) {
  const put: (readonly [string, readonly KeyPair[]])[] = [];
  const told: string[] = [];
  await copyKeys(of, {
    ask: async () => answer,
    put: async (arn, pairs) => void put.push([arn, pairs]),
    tell: async (url, text) => void told.push(`${url} ${text}`),
  });
  assert.equal(told.length, 1);
  return { put, told: told[0] ?? "" };
}

test("a deployment copies the keys to the store, and says so", async () => {
  const { put, told } = await deployed(event);
  assert.deepEqual(put, [[store, [{ key: "61", salt: "62" }]]]);
  assert.match(
    told,
    /^https:\/\/example.com\/told \{"StackId":"stack","RequestId":"request","LogicalResourceId":"Copied","PhysicalResourceId":"keys","Status":"SUCCESS"\}$/,
  );
  const given = { ...event, ResourceProperties: { store, pairs: "63:64" } };
  assert.deepEqual((await deployed(given)).put, [[store, [{ key: "63", salt: "64" }]]]);
});

test("keys that cannot be read fail the deployment at once, in a sentence that does not tell them", async () => {
  const { put, told } = await deployed(event, { SecretString: "61" });
  assert.deepEqual(put, []);
  assert.match(
    told,
    /"Status":"FAILED","Reason":"signing keys: expected pairs of key:salt in hex, separated by commas"/,
  );
});

test("when the stack goes nothing is read", async () => {
  const { put, told } = await deployed({ ...event, RequestType: "Delete", PhysicalResourceId: "mine" }, {});
  assert.deepEqual(put, []);
  assert.match(told, /"PhysicalResourceId":"mine","Status":"SUCCESS"/);
});

test("the store is written as it was read, signed for all regions", async () => {
  const asked: HttpRequest[] = [];
  const client = new CloudFrontKeyValueStoreClient({
    region: "eu-central-1",
    credentials: { accessKeyId: "AKID", secretAccessKey: "secret" },
    requestHandler: {
      async handle(request: HttpRequest) {
        asked.push(request);
        const headers = { etag: "E1", "content-type": "application/json" };
        const body = Buffer.from(
          JSON.stringify({ ItemCount: 0, TotalSizeInBytes: 0, KvsARN: store, Created: 0 }),
        );
        return { response: new HttpResponse({ statusCode: 200, headers, body }) };
      },
    },
  });
  await putEdgeKeys(store, [{ key: "61", salt: "62" }], client);
  const [described, written] = asked;
  assert.equal(described?.method, "GET");
  assert.deepEqual([written?.method, written?.headers["if-match"]], ["PUT", "E1"]);
  assert.match(written?.path ?? "", /\/keys\/keys$/);
  assert.equal(String(written?.body), '{"Value":"61:62"}');
  assert.match(written?.headers.authorization ?? "", /^AWS4-ECDSA-P256-SHA256 /);
});
