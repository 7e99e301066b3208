import assert from "node:assert/strict";
import { test } from "node:test";
import "@aws-sdk/signature-v4a";
import {
  CloudFrontKeyValueStoreClient,
  DescribeKeyValueStoreCommand,
  PutKeyCommand,
} from "@aws-sdk/client-cloudfront-keyvaluestore";
import { type HttpRequest, HttpResponse } from "@smithy/core/protocols";
import { copyKeys, type DeploymentEvent } from "../../lambda/keys/deployed.ts";
import { putEdgeKeys, refusal, type StoreRequest } from "../../lambda/keys/edge-store.ts";
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

test("the store is written as it was read, in the words of the SDK's own client, signed for all regions", async () => {
  const credentials = async () => ({ accessKeyId: "AKID", secretAccessKey: "secret" });
  const theirs: HttpRequest[] = [];
  const client = new CloudFrontKeyValueStoreClient({
    region: "eu-central-1",
    credentials,
    requestHandler: {
      async handle(request: HttpRequest) {
        theirs.push(request);
        const headers = { etag: "E1", "content-type": "application/json" };
        return { response: new HttpResponse({ statusCode: 200, headers, body: Buffer.from("{}") }) };
      },
    },
  });
  const { ETag } = await client.send(new DescribeKeyValueStoreCommand({ KvsARN: store }));
  await client.send(new PutKeyCommand({ KvsARN: store, IfMatch: ETag, Key: "keys", Value: "61:62" }));

  const ours: StoreRequest[] = [];
  const send = async (request: StoreRequest) => {
    ours.push(request);
    return { etag: "E1" };
  };
  await putEdgeKeys(store, [{ key: "61", salt: "62" }], credentials, send);
  assert.equal(ours.length, 2);
  for (const [nth, { method, hostname, path, headers, body }] of ours.entries()) {
    const their = theirs[nth];
    assert.deepEqual([method, hostname, path], [their?.method, their?.hostname, their?.path]);
    assert.equal(body, their?.body ? String(their.body) : "");
    for (const name of ["if-match", "content-type", "host"])
      assert.equal(headers[name], their?.headers[name]);
    assert.match(
      headers.authorization ?? "",
      /^AWS4-ECDSA-P256-SHA256 Credential=AKID\/\d{8}\/cloudfront-keyvaluestore\/aws4_request, /,
    );
    assert.match(their?.headers.authorization ?? "", /^AWS4-ECDSA-P256-SHA256 /);
    assert.equal(headers["x-amz-region-set"], "*");
  }
});

test("what the store refuses is told by its name, not with the value that is repeated", () => {
  const headers = { "x-amzn-errortype": "ValidationException:http://internal.amazon.com/" };
  const repeats = "{\"Message\":\"Value '61:62' at 'value' failed to satisfy constraint\"}";
  assert.equal(refusal("PUT", 400, headers, repeats), "PUT: 400 ValidationException");
  assert.equal(refusal("PUT", 500, {}, repeats), "PUT: 500");
  assert.equal(refusal("GET", 403, {}, "User: a is not authorized"), "GET: 403 User: a is not authorized");
});
