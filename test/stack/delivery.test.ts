import assert from "node:assert/strict";
import { test } from "node:test";
import { Duration } from "aws-cdk-lib";
import { Annotations, Match, type Template } from "aws-cdk-lib/assertions";
import { answerFailure } from "../../lambda/answer/answers.ts";
import { readConfig } from "../../lambda/config/variables.ts";
import * as failures from "../../lambda/errors.ts";
import { viewerRequestCode } from "../../lib/stack/edge-code.ts";
import { all, drawing, only, stackOf, synthesized } from "./synthesized.ts";

const template = synthesized();
const distribution = (of: Template) => only(of, "AWS::CloudFront::Distribution");
const config = (of: Template) => distribution(of).DistributionConfig;
const behavior = config(template).DefaultCacheBehavior;
const [kept, drawn] = config(template).Origins;
const derivatives = only(template, "AWS::S3::Bucket", ({ id }) => id.includes("Derivatives"));

test("the edge function turns URLs into cache keys by the function's own settings", () => {
  const environment = { IMGPROXY_PATH_PREFIX: "/img", IMGPROXY_AUTO_WEBP: "true" } as const;
  for (const [of, env] of [
    [template, {}],
    [synthesized({ environment }), environment],
  ] as const) {
    const edge = only(of, "AWS::CloudFront::Function");
    assert.equal(edge.FunctionConfig.Runtime, "cloudfront-js-2.0");
    assert.equal(
      edge.FunctionCode,
      viewerRequestCode(readConfig({ ...env, IMGPROXY_ALLOWED_SOURCES: "s3://" })),
    );
    assert.ok(Buffer.byteLength(edge.FunctionCode) <= 10_240, "CloudFront takes 10 KB");
    assert.deepEqual(config(of).DefaultCacheBehavior.FunctionAssociations, [
      { EventType: "viewer-request", FunctionARN: { "Fn::GetAtt": [edge.id, "FunctionARN"] } },
    ]);
  }
});

test("the edge names pictures anew only when the function knows the names", () => {
  const { DependsOn } = only(template, "AWS::CloudFront::Function");
  assert.ok([DependsOn].flat().includes(only(template, "AWS::Lambda::Alias").id));
});

test("the derivative bucket is asked first, and the function for what is missing there or cannot be had", () => {
  assert.deepEqual(kept.DomainName, { "Fn::GetAtt": [derivatives.id, "RegionalDomainName"] });
  const url = only(template, "AWS::Lambda::Url");
  assert.match(JSON.stringify(drawn.DomainName), new RegExp(`"Fn::GetAtt":\\["${url.id}","FunctionUrl"\\]`));

  const [group, ...others] = config(template).OriginGroups.Items;
  assert.deepEqual(others, []);
  assert.equal(behavior.TargetOriginId, group.Id);
  assert.deepEqual(group.Members.Items, [{ OriginId: kept.Id }, { OriginId: drawn.Id }]);
  assert.deepEqual(group.FailoverCriteria.StatusCodes.Items, [400, 403, 404, 416, 500, 502, 503, 504]);
});

test("only methods a group fails over for are let through", () => {
  assert.deepEqual(behavior.AllowedMethods, ["GET", "HEAD", "OPTIONS"]);
});

test("the distribution signs what it asks of either origin", () => {
  const controls = [kept, drawn].map(({ OriginAccessControlId }) => {
    const [id] = OriginAccessControlId["Fn::GetAtt"];
    return only(template, "AWS::CloudFront::OriginAccessControl", (control) => control.id === id);
  });
  assert.deepEqual(
    controls.map(({ OriginAccessControlConfig: { Name, ...control } }) => control),
    ["s3", "lambda"].map((type) => ({
      OriginAccessControlOriginType: type,
      SigningBehavior: "always",
      SigningProtocol: "sigv4",
    })),
  );
});

test("nobody but this distribution may call the function URL, which takes both permissions", () => {
  assert.equal(only(template, "AWS::Lambda::Url").AuthType, "AWS_IAM");
  const permissions = all(template, "AWS::Lambda::Permission");
  assert.deepEqual(permissions.map(({ Action }) => Action).sort(), [
    "lambda:InvokeFunction",
    "lambda:InvokeFunctionUrl",
  ]);
  for (const { Principal, SourceArn } of permissions) {
    assert.equal(Principal, "cloudfront.amazonaws.com");
    assert.deepEqual(SourceArn, thisDistribution);
  }
  const [direct] = permissions.filter(({ Action }) => Action === "lambda:InvokeFunction");
  assert.equal(direct?.InvokedViaFunctionUrl, true);
});

test("the distribution may read derivatives and not list them", () => {
  const policy = only(template, "AWS::S3::BucketPolicy", ({ Bucket }) => Bucket.Ref === derivatives.id);
  const ours = policy.PolicyDocument.Statement.filter(
    ({ Principal }: { Principal: { Service?: string } }) => Principal.Service === "cloudfront.amazonaws.com",
  );
  assert.equal(ours.length, 1);
  assert.equal(ours[0].Action, "s3:GetObject");
  assert.deepEqual(ours[0].Condition, { StringEquals: { "AWS:SourceArn": thisDistribution } });
});

test("an answer is cached under the URI alone, for as long as it says, a year at most", () => {
  const policy = only(template, "AWS::CloudFront::CachePolicy");
  assert.deepEqual(behavior.CachePolicyId, { Ref: policy.id });
  const { MinTTL, DefaultTTL, MaxTTL, ParametersInCacheKeyAndForwardedToOrigin } = policy.CachePolicyConfig;
  assert.deepEqual([MinTTL, DefaultTTL, MaxTTL], [0, 0, 31_536_000]);
  assert.deepEqual(ParametersInCacheKeyAndForwardedToOrigin, {
    CookiesConfig: { CookieBehavior: "none" },
    HeadersConfig: { HeaderBehavior: "none" },
    QueryStringsConfig: { QueryStringBehavior: "none" },
    EnableAcceptEncodingBrotli: false,
    EnableAcceptEncodingGzip: false,
  });
});

test("the function hears the path as the viewer wrote it, and no other header of the viewer, Host least of all", () => {
  const policy = only(template, "AWS::CloudFront::OriginRequestPolicy");
  assert.deepEqual(behavior.OriginRequestPolicyId, { Ref: policy.id });
  const { HeadersConfig, CookiesConfig, QueryStringsConfig } = policy.OriginRequestPolicyConfig;
  assert.deepEqual(HeadersConfig, { HeaderBehavior: "whitelist", Headers: ["x-shutterspeed-path"] });
  assert.deepEqual([CookiesConfig.CookieBehavior, QueryStringsConfig.QueryStringBehavior], ["none", "none"]);
});

test("where there is a secret, the function hears what was said of it", () => {
  const policy = only(
    synthesized({ environment: { IMGPROXY_SECRET: "x" } }),
    "AWS::CloudFront::OriginRequestPolicy",
  );
  assert.deepEqual(policy.OriginRequestPolicyConfig.HeadersConfig.Headers, [
    "x-shutterspeed-path",
    "x-shutterspeed-authorization",
  ]);
});

test("an origin is asked once: a slow picture is not drawn a second time", () => {
  assert.deepEqual([kept.ConnectionAttempts, drawn.ConnectionAttempts], [1, 1]);
  assert.deepEqual([kept.ConnectionTimeout, drawn.ConnectionTimeout], [2, 2]);
});

test("CloudFront waits longer than the function may take, a cold start included", () => {
  for (const seconds of [1, 20, 110]) {
    const of = synthesized({ timeout: Duration.seconds(seconds) });
    const [, { CustomOriginConfig }] = config(of).Origins;
    assert.equal(drawing(of).Timeout, seconds);
    assert.equal(CustomOriginConfig.OriginReadTimeout, seconds + 10);
  }
});

test("a function that may take longer than CloudFront waits is refused with one sentence", () => {
  assert.throws(() => stackOf({ timeout: Duration.seconds(111) }), {
    message:
      "timeout: expected at most 110 seconds, for CloudFront waits 120 and a cold start may take 10, got 111",
  });
});

test("a derivative bucket that hangs is given up for the function after 5 seconds", () => {
  assert.equal(kept.S3OriginConfig.OriginReadTimeout, 5);
});

test("CloudFront repeats a failure no longer than any failure of its status may be", () => {
  const repeated = new Map<number, number>();
  for (const { ErrorCode, ErrorCachingMinTTL, ResponsePagePath } of config(template).CustomErrorResponses) {
    assert.equal(ResponsePagePath, undefined);
    repeated.set(ErrorCode, ErrorCachingMinTTL);
  }
  for (const { name, status, cacheFor } of instances(failures)) {
    // CloudFront repeats none of the first; the others are a server's, never the function's.
    if ([422, 429, 499].includes(status)) continue;
    assert.ok((repeated.get(status) ?? 10) <= cacheFor, `${name}: ${status} is repeated for too long`);
  }
  assert.equal(repeated.get(403), new failures.Forbidden().cacheFor);
  assert.equal(repeated.get(404), 0, "a connection that broke may hold the next time");
  assert.equal(repeated.get(502), 0, "S3 may be well again at once");
});

test("a failure that lasts says so to the edge: a missing picture is asked for once in a while, not by every viewer", () => {
  const said = (failure: failures.Failure, http: object) => {
    const context = { method: "GET", path: "/_/w:1/plain/s3://b/k", headers: {}, id: "1", ...http };
    return answerFailure(failure, { http: context, config: readConfig({}), now: 0 }).headers["Cache-Control"];
  };
  const missing = new failures.SourceUnreachable("");
  assert.equal(said(missing, { edgeKey: "a/b.any" }), "s-maxage=10");
  assert.equal(said(new failures.NoRoute(), { path: "/-" }), "s-maxage=10");
  assert.equal(said(new failures.SourceUnreachable("", { cacheFor: 0 }), { edgeKey: "a/b.any" }), undefined);
  assert.equal(said(missing, {}), undefined);
});

test("what S3 serves is kept from running scripts like what the function serves", () => {
  const policy = only(template, "AWS::CloudFront::ResponseHeadersPolicy");
  assert.deepEqual(behavior.ResponseHeadersPolicyId, { Ref: policy.id });
  const { SecurityHeadersConfig, CustomHeadersConfig } = policy.ResponseHeadersPolicyConfig;
  assert.deepEqual(SecurityHeadersConfig, {
    ContentSecurityPolicy: {
      ContentSecurityPolicy: "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox",
      Override: true,
    },
    ContentTypeOptions: { Override: true },
  });
  assert.equal(CustomHeadersConfig, undefined);

  const http = { method: "GET", path: "/", headers: {}, id: "1" };
  const { headers } = answerFailure(new failures.NoRoute(), { http, config: readConfig({}), now: 0 });
  assert.equal(
    SecurityHeadersConfig.ContentSecurityPolicy.ContentSecurityPolicy,
    headers["Content-Security-Policy"],
  );
});

test("what origins say to the edge, or to whoever asked first, no viewer hears", () => {
  const { RemoveHeadersConfig } = only(
    template,
    "AWS::CloudFront::ResponseHeadersPolicy",
  ).ResponseHeadersPolicyConfig;
  const removed = RemoveHeadersConfig.Items.map(({ Header }: { Header: string }) => Header);
  assert.deepEqual(removed, [
    "x-amz-meta-cache-tag",
    "x-request-id",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-server-side-encryption-bucket-key-enabled",
    "x-amz-storage-class",
    "x-amz-expiration",
    "x-amzn-requestid",
    "x-amzn-trace-id",
  ]);
  assert.ok(removed.length <= 10, "CloudFront takes ten");
});

test("where the format depends on what the viewer accepts, every answer says so", () => {
  for (const name of ["AUTO_WEBP", "AUTO_AVIF", "AUTO_JXL", "ENFORCE_WEBP", "ENFORCE_AVIF", "ENFORCE_JXL"]) {
    const of = synthesized({ environment: { [`IMGPROXY_${name}`]: "1" } });
    const policy = only(of, "AWS::CloudFront::ResponseHeadersPolicy");
    assert.deepEqual(policy.ResponseHeadersPolicyConfig.CustomHeadersConfig.Items, [
      { Header: "Vary", Value: "Accept", Override: true },
    ]);
  }
});

test("where the size depends on what the viewer hints at, every answer says so", () => {
  const of = synthesized({ environment: { IMGPROXY_ENABLE_CLIENT_HINTS: "1", IMGPROXY_AUTO_AVIF: "1" } });
  const policy = only(of, "AWS::CloudFront::ResponseHeadersPolicy");
  assert.deepEqual(policy.ResponseHeadersPolicyConfig.CustomHeadersConfig.Items, [
    { Header: "Vary", Value: "Accept, Sec-Ch-Dpr, Dpr, Sec-Ch-Width, Width", Override: true },
  ]);
});

test("every answer says whose pages may read it, S3's too, and still upon what it depends", () => {
  const environment = { IMGPROXY_ALLOW_ORIGIN: "https://example.com", IMGPROXY_AUTO_WEBP: true };
  const of = synthesized({ environment });
  const { CustomHeadersConfig, CorsConfig } = only(
    of,
    "AWS::CloudFront::ResponseHeadersPolicy",
  ).ResponseHeadersPolicyConfig;
  assert.equal(CorsConfig, undefined);
  assert.deepEqual(CustomHeadersConfig.Items, [
    { Header: "Vary", Value: "Accept", Override: true },
    { Header: "Access-Control-Allow-Origin", Value: "https://example.com", Override: true },
    { Header: "Access-Control-Allow-Methods", Value: "GET, OPTIONS", Override: true },
  ]);
});

test("answers are tagged with their source by a header S3 can send, too", () => {
  assert.deepEqual(config(template).CacheTagConfig, { HeaderName: "x-amz-meta-cache-tag" });
});

test("viewers get HTTPS, HTTP/2 and HTTP/3, and pictures are not compressed again", () => {
  assert.equal(config(template).HttpVersion, "http2and3");
  assert.equal(behavior.ViewerProtocolPolicy, "redirect-to-https");
  assert.equal(behavior.Compress, false);
});

test("it answers to names of one's own with a certificate for them", () => {
  const certificate = "arn:aws:acm:us-east-1:111122223333:certificate/1";
  const of = synthesized({ domain: { names: ["img.example.com"], certificate } });
  assert.deepEqual(config(of).Aliases, ["img.example.com"]);
  const { AcmCertificateArn, MinimumProtocolVersion } = config(of).ViewerCertificate;
  assert.deepEqual([AcmCertificateArn, MinimumProtocolVersion], [certificate, "TLSv1.2_2021"]);
  assert.equal("Aliases" in config(template), false);
});

test("what one needs to know after deploying is put out", () => {
  template.hasOutput("Domain", { Value: { "Fn::GetAtt": [distribution(template).id, "DomainName"] } });
  template.hasOutput("DerivativesBucket", { Value: { Ref: derivatives.id } });
  template.hasOutput("FunctionName", { Value: { Ref: drawing(template).id } });
  const source = only(template, "AWS::S3::Bucket", ({ id }) => id.includes("Source"));
  template.hasOutput("SourceBuckets", { Value: { Ref: source.id } });
});

const thisDistribution = {
  "Fn::Join": [
    "",
    [
      "arn:",
      { Ref: "AWS::Partition" },
      ":cloudfront::",
      { Ref: "AWS::AccountId" },
      ":distribution/",
      { Ref: distribution(template).id },
    ],
  ],
};

/** One of each kind of failure there is. */
function instances(kinds: object): readonly failures.Failure[] {
  return Object.values(kinds).flatMap((kind) => {
    if (kind === failures.Failure) return [];
    const instance: unknown = typeof kind === "function" ? Reflect.construct(kind, [""]) : undefined;
    return instance instanceof failures.Failure ? [instance] : [];
  });
}

test("answers are streamed where it is said, by the function and its URL alike, under an alias of their own", () => {
  const modeOf = (of: Template) => {
    const { InvokeMode, Qualifier } = only(of, "AWS::Lambda::Url");
    const { SHUTTERSPEED_RESPONSE_STREAMING: told } = drawing(of).Environment.Variables;
    return [told, InvokeMode, Qualifier, only(of, "AWS::Lambda::Alias").Name];
  };
  assert.deepEqual(modeOf(template), [undefined, undefined, "live", "live"]);
  const streaming = ["true", "RESPONSE_STREAM", "streaming", "streaming"];
  assert.deepEqual(modeOf(synthesized({ responseStreaming: true })), streaming);
  assert.deepEqual(
    modeOf(synthesized({ environment: { SHUTTERSPEED_RESPONSE_STREAMING: "true" } })),
    streaming,
  );
  // Going over to the other is making the new one first: no URL answers in a way its function does not.
  const idOf = (of: Template, type: string) => only(of, type).id;
  for (const type of ["AWS::Lambda::Url", "AWS::Lambda::Alias"])
    assert.notEqual(idOf(template, type), idOf(synthesized({ responseStreaming: true }), type));
});

test("who streams from within a VPC is warned", () => {
  const network = { subnetIds: ["subnet-a"], securityGroupIds: ["sg-1"] };
  const warned = (responseStreaming: boolean) =>
    Annotations.fromStack(stackOf({ network, responseStreaming })).findWarning(
      "*",
      Match.stringLikeRegexp("function URLs do not stream within a VPC"),
    ).length;
  assert.deepEqual([warned(true), warned(false)], [1, 0]);
});
