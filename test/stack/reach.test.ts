import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Annotations, Match } from "aws-cdk-lib/assertions";
import type { ImageStackProps } from "../../lib/stack/image-stack.ts";
import { drawing, stackOf, synthesized } from "./synthesized.ts";

type Env = Readonly<Record<string, string>>;

const variables = (environment: Env, props: ImageStackProps = { sourceBuckets: ["cats", "dogs"] }) => {
  const { IMGPROXY_ALLOWED_SOURCES: sources, IMGPROXY_S3_ALLOWED_BUCKETS: buckets } = drawing(
    synthesized({ ...props, environment }),
  ).Environment.Variables;
  return { sources, buckets };
};

describe("what a URL may reach", () => {
  test("is the buckets that pictures lie in, and nothing of the web, unless more is said", () => {
    assert.deepEqual(variables({}), { sources: "s3://", buckets: "cats,dogs" });
    assert.deepEqual(variables({ IMGPROXY_ALLOWED_SOURCES: " " }), {
      sources: "s3://",
      buckets: "cats,dogs",
    });
  });

  test("is what is said, as it is said", () => {
    const said = {
      IMGPROXY_ALLOWED_SOURCES: "s3://cats/,https://*.example.com/img/",
      IMGPROXY_S3_ALLOWED_BUCKETS: "cats",
    };
    assert.deepEqual(variables(said), {
      sources: said.IMGPROXY_ALLOWED_SOURCES,
      buckets: said.IMGPROXY_S3_ALLOWED_BUCKETS,
    });
  });

  test("is what all sources begin with, where that is said", () => {
    const { sources } = variables({ IMGPROXY_BASE_URL: "https://example.com/img/" });
    assert.equal(sources, "s3://,https://example.com/img/");
  });

  test("is the role's to say where a bucket has no name yet, or lies with others", () => {
    assert.equal(variables({}, {}).buckets, undefined);
    assert.equal(variables({ IMGPROXY_S3_ENDPOINT: "https://s3.example.com" }).buckets, undefined);
    const role = { IMGPROXY_S3_ASSUME_ROLE_ARN: "arn:aws:iam::111122223333:role/reader" };
    assert.equal(variables(role).buckets, undefined);
  });

  test("is access points by their names, and where watermark and fallback image lie", () => {
    const { buckets } = variables({
      IMGPROXY_S3_ACCESS_POINTS: "photos=arn:aws:s3:eu-central-1:111122223333:accesspoint/photos",
      IMGPROXY_WATERMARK_URL: "s3://brand/mark.png",
      IMGPROXY_FALLBACK_IMAGE_URL: "s3://cats/none.png",
    });
    assert.equal(buckets, "cats,dogs,photos,brand");
  });
});

describe("what no URL could begin with, or what Lambda's own runtime is, is refused", () => {
  for (const [environment, message] of [
    [
      { IMGPROXY_ALLOWED_SOURCES: "s3://cats/,example.com" },
      'IMGPROXY_ALLOWED_SOURCES: expected URLs that begin with s3://, http:// or https://, got "example.com"',
    ],
    [
      { IMGPROXY_ALLOWED_SOURCES: "local:///" },
      'IMGPROXY_ALLOWED_SOURCES: expected URLs that begin with s3://, http:// or https://, got "local:///"',
    ],
    [
      { IMGPROXY_ALLOW_LOOPBACK_SOURCE_ADDRESSES: "true" },
      "IMGPROXY_ALLOW_LOOPBACK_SOURCE_ADDRESSES: expected false, for the runtime of Lambda listens there",
    ],
  ] as const)
    test(message, () => assert.throws(() => stackOf({ environment }), { message }));

  test("but not a scheme with a star in it", () =>
    assert.doesNotThrow(() =>
      stackOf({ environment: { IMGPROXY_ALLOWED_SOURCES: "http*://example.com/" } }),
    ));
});

describe("a stack warns", () => {
  const network = { subnetIds: ["subnet-1"], securityGroupIds: ["sg-1"] };
  const told = (sources: string, more: Env = {}, props: ImageStackProps = {}) => {
    const environment = { IMGPROXY_ALLOWED_SOURCES: sources, ...more };
    const found = Annotations.fromStack(stackOf({ ...props, environment }));
    const anything = Match.stringLikeRegexp("SOURCE|network");
    return [...found.findWarning("*", anything), ...found.findInfo("*", anything)]
      .map(({ entry }) => String(entry.data).replace(/ \[ack: .*\]$/, ""))
      .join();
  };

  for (const every of ["https://", "http://*", "http*://*/"])
    test(`of all of the web: ${every}`, () =>
      assert.equal(
        told(`s3://,${every}`),
        `IMGPROXY_ALLOWED_SOURCES: ${every} has any page of the web fetched, for whoever has a URL`,
      ));

  test("of a host that does not end", () => {
    assert.equal(
      told("https://example.com,https://example.org/"),
      "IMGPROXY_ALLOWED_SOURCES: https://example.com allows https://example.com.example.com, too; end it with a slash",
    );
  });

  test("of addresses inside, where pages of the web are sources", () => {
    const inside = {
      IMGPROXY_ALLOW_PRIVATE_SOURCE_ADDRESSES: "1",
      IMGPROXY_ALLOW_LINK_LOCAL_SOURCE_ADDRESSES: "1",
    };
    assert.match(told("https://a.test/", inside), /ALLOW_PRIVATE_.*,IMGPROXY_ALLOW_LINK_LOCAL_/);
    assert.equal(told("s3://", inside), "");
  });

  test("of the way out of a VPC that they need", () => {
    assert.match(
      told("https://a.test/", {}, { network }),
      /^network: http sources need subnets with a way out/,
    );
    assert.equal(told("s3://", {}, { network }), "");
    assert.equal(told("https://a.test/"), "");
  });
});
