import assert from "node:assert/strict";
import { test } from "node:test";
import { readConfig } from "../../lambda/config/variables.ts";
import { readMessage, writeAsked, writeMessage } from "../../lambda/purge/messages.ts";
import { sourceTag } from "../../lambda/url/key.ts";

const config = readConfig({});
const base64 = (source: string) => Buffer.from(source).toString("base64url");
/** Shaped as AWS documents it. */
const event = (key: string, happened = "Object Created") =>
  JSON.stringify({
    version: "0",
    id: "17793124-05d4-b198-2fde-7ededc63b103",
    "detail-type": happened,
    source: "aws.s3",
    account: "111122223333",
    time: "2021-11-12T00:00:00Z",
    region: "ca-central-1",
    resources: ["arn:aws:s3:::bucket"],
    detail: {
      version: "0",
      bucket: { name: "bucket" },
      object: {
        key,
        size: 5,
        etag: "b1946ac92492d2347c6235b4d2611184",
        "version-id": "IYV3",
        sequencer: "6",
      },
      "request-id": "N4N7GDK58NMKJ12R",
      requester: "123456789012",
      reason: "PutObject",
    },
  });
const tagsOf = (body: string, of = config) => readMessage(body, of).tags;

test("an event names what image URLs call its object, however they spell it", () => {
  for (const [key, paths] of [
    [
      "cat.jpg",
      ["plain/s3://bucket/cat.jpg", base64("s3://bucket/cat.jpg"), "plain/S3://bucket//cat.jpg%3Fv2"],
    ],
    ["a b+c/é%20.png", ["plain/s3://bucket/a%20b+c/%C3%A9%2520.png", base64("s3://bucket/a b+c/é%20.png")]],
    ["1#2&<3>@2x.jpg", ["plain/s3://bucket/1%232&%3C3%3E%402x.jpg@webp"]],
  ] as const)
    for (const path of paths)
      assert.deepEqual(tagsOf(event(key)), [sourceTag(`/signature/w:10/${path}`, config)], path);
  assert.deepEqual(tagsOf(event("cat.jpg", "Object Deleted")), tagsOf(event("cat.jpg")));
  assert.notDeepEqual(tagsOf(event("Cat.jpg")), tagsOf(event("cat.jpg")));
});

test("what rewritten URLs read is found by its event too", () => {
  for (const [env, path] of [
    [{ IMGPROXY_BASE_URL: "s3://bucket/" }, "plain/cat.jpg"],
    [{ IMGPROXY_URL_REPLACEMENTS: "img://=s3://bucket/" }, "plain/img://cat.jpg"],
    [{ IMGPROXY_SOURCE_URL_QUERY_SEPARATOR: "!" }, "plain/s3://bucket/cat.jpg!v2"],
  ] as const) {
    const own = readConfig(env);
    assert.deepEqual(tagsOf(event("cat.jpg"), own), [sourceTag(`/s/${path}`, own)], path);
  }
});

test("by hand a source is named as image URLs name it, web pages by their whole URL", () => {
  const own = readConfig({ IMGPROXY_URL_REPLACEMENTS: "img://=s3://bucket/" });
  const asked = writeAsked({ sources: ["img://cat.jpg", "s3://bucket/cat.jpg?v", "HTTPS://a.b/c?d=e"] });
  const [first, second, third, ...more] = tagsOf(asked, own);
  assert.deepEqual([first], tagsOf(event("cat.jpg"), own));
  assert.equal(second, first);
  assert.equal(third, sourceTag(`/s/${base64("https://a.b/c?d=e")}`, own));
  assert.deepEqual(more, []);
});

test("what is written for later is read as it was", () => {
  const tags = ["0123456789abcdef0123456789abcdef"];
  for (const purge of [
    { tags, again: true, notBefore: 1234 },
    { tags: "all", again: false, notBefore: 0 },
    { tags: "all", again: true, notBefore: 5 },
  ] as const)
    assert.deepEqual(readMessage(writeMessage(purge), config), purge);
  assert.deepEqual(readMessage(writeAsked({ all: true }), config), {
    tags: "all",
    again: false,
    notBefore: 0,
  });
});

test("anything else is refused with a sentence: nobody's message purges everything", () => {
  for (const body of [
    "",
    "null",
    "{}",
    '{"purge":{}}',
    '{"purge":{"tags":[]}}',
    '{"purge":{"tags":[""]}}',
    '{"purge":{"tags":["../"]}}',
    '{"purge":{"tags":"all"}}',
    '{"purge":{"all":"true"}}',
    '{"purge":{"sources":[1]}}',
    '{"Service":"Amazon S3","Event":"s3:TestEvent"}',
  ])
    assert.throws(
      () => readMessage(body, config),
      /^Error: expected an event of S3's, or what to purge, got /,
      body,
    );
  for (const body of ['{"source":"aws.s3"}', '{"source":"aws.s3","detail":{"bucket":{"name":"b"}}}'])
    assert.throws(() => readMessage(body, config), { message: /names bucket and key$/ });
  assert.throws(() => readMessage('{"purge":{"source":"https://u:SECRET@h.test/a"}}', config), {
    message: 'expected an event of S3\'s, or what to purge, got {"purge":{"source":"https://…@h.test/a"}}',
  });
});
