import assert from "node:assert/strict";
import { after, test } from "node:test";
import { ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { type HttpRequest, HttpResponse } from "@smithy/core/protocols";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import pMap from "p-map";
import { type EmptyingEvent, emptyBucket } from "../../lambda/store/emptied-bucket.ts";
import { buckets, s3Client } from "../../lib/local/s3/s3.ts";
import { ownS3 } from "../own-s3.ts";

const s3 = await ownS3();
const direct = s3Client(s3);
after(async () => {
  direct.destroy();
  await s3[Symbol.asyncDispose]();
});
const Bucket = buckets.derivatives;
const tag = "goes";
const keys = async () => {
  const { Contents = [] } = await direct.send(new ListObjectsV2Command({ Bucket }));
  return Contents.map(({ Key }) => Key);
};
const put = (Key: string) => direct.send(new PutObjectCommand({ Bucket, Key, Body: "a picture" }));

/** What the embedded S3 has not: tags, lifecycles and the end of a bucket. Objects are its own. */
function control(tags: readonly string[] = [tag], exists = true) {
  const heard: string[] = [];
  const objects = new NodeHttpHandler();
  const told = (statusCode: number, xml = "") =>
    new HttpResponse({ statusCode, headers: {}, body: Buffer.from(xml) });
  const error = (status: number, code: string) => told(status, `<Error><Code>${code}</Code></Error>`);
  const answer = async ({ method, query, body }: HttpRequest) => {
    if ("tagging" in query && method === "GET") {
      if (!exists) return error(404, "NoSuchBucket");
      if (tags.length === 0) return error(404, "NoSuchTagSet");
      const set = tags.map((Key) => `<Tag><Key>${Key}</Key><Value>true</Value></Tag>`).join("");
      return told(200, `<Tagging><TagSet>${set}</TagSet></Tagging>`);
    }
    if ("lifecycle" in query) {
      heard.push(String(body));
      return told(200);
    }
    if (method !== "DELETE") return undefined;
    const empty = (await keys()).length === 0;
    heard.push(empty ? "deleted" : "not empty");
    return empty ? told(204) : error(409, "BucketNotEmpty");
  };
  const client = new S3Client({
    ...s3,
    forcePathStyle: true,
    requestHandler: {
      async handle(request: HttpRequest, options: Parameters<NodeHttpHandler["handle"]>[1]) {
        const response = await answer(request);
        return response === undefined ? objects.handle(request, options) : { response };
      },
    },
  });
  return { client, heard };
}

const event = (RequestType: EmptyingEvent["RequestType"], PhysicalResourceId?: string): EmptyingEvent => ({
  RequestType,
  ResponseURL: "https://example.com/told",
  StackId: "stack",
  RequestId: "request",
  LogicalResourceId: "Emptied",
  ...(PhysicalResourceId !== undefined && { PhysicalResourceId }),
  ResourceProperties: { bucket: Bucket, tag },
});

/** What CloudFormation hears. */
async function told(of: EmptyingEvent, client: S3Client, left = () => 300_000): Promise<string> {
  const answers: string[] = [];
  await emptyBucket(of, client, left, async (_url, answer) => void answers.push(answer));
  assert.equal(answers.length, 1);
  return String(answers[0]);
}
const whole = { PhysicalResourceId: Bucket, Status: "SUCCESS" };
const outcome = (answer: string) => {
  const { PhysicalResourceId, Status, Reason } = JSON.parse(answer);
  return { PhysicalResourceId, Status, ...(Reason && { Reason }) };
};

test("a deployment touches nothing, and names the resource after its bucket: another bucket is another one", async () => {
  const { client, heard } = control();
  assert.deepEqual(outcome(await told(event("Create"), client)), whole);
  assert.deepEqual(outcome(await told(event("Update", "the bucket before"), client)), whole);
  assert.deepEqual(heard, []);
});

test("a stack that goes takes its derivatives and their bucket along, more than one page of them", async () => {
  const all = Array.from({ length: 1100 }, (_, nth) => `a/${nth}`);
  await pMap(all, put, { concurrency: 40 });
  const { client, heard } = control();
  assert.deepEqual(outcome(await told(event("Delete", Bucket), client)), whole);
  assert.deepEqual(await keys(), []);
  assert.equal(heard.at(-1), "deleted");
});

test("what is put while the bucket is emptied goes too", async () => {
  await put("before");
  const { client, heard } = control();
  let last = 3;
  // Between the last page and the end of the bucket somebody writes, three times over.
  const late = async () => {
    if (last-- > 0) await put(`late ${last}`);
  };
  client.middlewareStack.add(
    (next) => async (args) => {
      const { method, query } = Object(args.request);
      if (method === "DELETE" && Object.keys(query).length <= 1) await late();
      return next(args);
    },
    { step: "finalizeRequest", priority: "low" },
  );
  assert.deepEqual(outcome(await told(event("Delete", Bucket), client)), whole);
  assert.deepEqual(await keys(), []);
  assert.deepEqual(heard.slice(1), ["not empty", "not empty", "not empty", "deleted"]);
});

test("what cannot be deleted in time is left to S3, and the stack goes all the same", async () => {
  await put("one of millions");
  const { client, heard } = control();
  assert.deepEqual(outcome(await told(event("Delete", Bucket), client, () => 10_000)), whole);
  assert.equal(heard.length, 1);
  assert.match(heard[0] ?? "", /<Expiration><Days>1<\/Days><\/Expiration>/);
  assert.match(heard[0] ?? "", /<Status>Enabled<\/Status>/);
  assert.match(heard[0] ?? "", /<AbortIncompleteMultipartUpload><DaysAfterInitiation>1</);
});

test("a bucket that is to stay from now on has lost its tag, and is let be", async () => {
  await put("kept");
  for (const tags of [[], ["another"]]) {
    const { client, heard } = control(tags);
    assert.deepEqual(outcome(await told(event("Delete", Bucket), client)), whole);
    assert.deepEqual(heard, []);
    assert.deepEqual((await keys()).includes("kept"), true);
  }
});

test("a bucket that is gone already is no failure; one that may not be looked at is told in a sentence", async () => {
  assert.deepEqual(outcome(await told(event("Delete", Bucket), control([tag], false).client)), whole);
  const refusing = new S3Client({
    ...s3,
    maxAttempts: 1,
    requestHandler: {
      handle: async () => ({
        response: new HttpResponse({
          statusCode: 403,
          body: Buffer.from("<Error><Code>AccessDenied</Code><Message>not you</Message></Error>"),
        }),
      }),
    },
  });
  const { Status, Reason } = outcome(await told(event("Delete", Bucket), refusing));
  assert.deepEqual([Status, Reason], ["FAILED", "not you"]);
});
