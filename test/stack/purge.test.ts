import assert from "node:assert/strict";
import { test } from "node:test";
import { Duration, Stack } from "aws-cdk-lib";
import { Annotations, Match, Template } from "aws-cdk-lib/assertions";
import { Bucket } from "aws-cdk-lib/aws-s3";
import { ImageHandler } from "../../lib/stack/image-handler.ts";
import { all, appWith, only, stackOf, synthesized } from "./synthesized.ts";

const made = synthesized();
const named = stackOf({
  sourceBuckets: ["cats", { name: "dogs", prefix: "puppies/" }, { name: "dogs", prefix: "old/" }],
  timeout: Duration.seconds(40),
  environment: {
    IMGPROXY_URL_REPLACEMENTS: "img://=s3://cats/",
    IMGPROXY_QUALITY: "70",
    IMGPROXY_S3_ACCESS_POINTS: "point=arn:aws:s3:eu-central-1:111122223333:accesspoint/point",
    SHUTTERSPEED_RECENT_SECONDS: "7",
  },
});
const ofNamed = Template.fromStack(named);
const purging = (of: Template) =>
  only(of, "AWS::Lambda::Function", ({ Handler }) => Handler === "purge.handler");
const queue = (of: Template) => only(of, "AWS::SQS::Queue", ({ RedrivePolicy }) => RedrivePolicy);
const dead = (of: Template) => only(of, "AWS::SQS::Queue", ({ RedrivePolicy }) => !RedrivePolicy);
const arn = (id: string) => ({ "Fn::GetAtt": [id, "Arn"] });

/** Whoever may do what, by the roles' policies: what it may be done to. */
const allowed = (of: Template, action: string) =>
  all(of, "AWS::IAM::Policy").flatMap(({ PolicyDocument, Roles }) =>
    PolicyDocument.Statement.filter(({ Action }: { Action: string }) => [Action].flat().includes(action)).map(
      ({ Resource }: { Resource: unknown }) => [Roles[0].Ref, Resource],
    ),
  );

test("changes of pictures go from EventBridge through a queue to a function, and what fails to a dead letter queue", () => {
  const [rule] = all(made, "AWS::Events::Rule");
  const source = only(made, "AWS::S3::Bucket", ({ id }) => id.includes("Source"));
  assert.deepEqual(rule?.EventPattern, {
    source: ["aws.s3"],
    "detail-type": ["Object Created", "Object Deleted"],
    detail: { bucket: { name: [{ Ref: source.id }] } },
  });
  const deadArn = arn(dead(made).id);
  const [{ Arn, DeadLetterConfig }] = rule?.Targets ?? [];
  assert.deepEqual([Arn, DeadLetterConfig], [arn(queue(made).id), { Arn: deadArn }]);
  assert.deepEqual(queue(made).RedrivePolicy, { deadLetterTargetArn: deadArn, maxReceiveCount: 12 });
  assert.deepEqual(source.NotificationConfiguration, {
    EventBridgeConfiguration: { EventBridgeEnabled: true },
  });
  const mapping = only(made, "AWS::Lambda::EventSourceMapping");
  assert.deepEqual(mapping.FunctionResponseTypes, ["ReportBatchItemFailures"]);
  assert.deepEqual(
    [mapping.BatchSize, mapping.MaximumBatchingWindowInSeconds, mapping.ScalingConfig],
    [100, 1, { MaximumConcurrency: 2 }],
  );
  assert.equal(queue(made).VisibilityTimeout, purging(made).Timeout * 6, "as Lambda advises");
  made.hasOutput("PurgeQueue", { Value: { Ref: queue(made).id } });
  made.hasOutput("PurgeDeadLetterQueue", { Value: { Ref: dead(made).id } });
});

/** What empties the bucket when the stack goes, and what looks for pictures to show, may, too: tests of their own hold them to that. */
const besideEmptying = (found: ReturnType<typeof allowed>) =>
  found.filter(([who]) => !/^(EmptyingRole|SampleUrls)/.test(who));

test("nobody but the function that purges may delete or list derivatives, or invalidate, and that is all it may do", () => {
  const [role] = purging(made).Role["Fn::GetAtt"];
  const derivatives = only(made, "AWS::S3::Bucket", ({ id }) => id.includes("Derivatives"));
  const source = only(made, "AWS::S3::Bucket", ({ id }) => id.includes("Source"));
  assert.deepEqual(besideEmptying(allowed(made, "s3:DeleteObject")), [
    [role, { "Fn::Join": ["", [arn(derivatives.id), "/*"]] }],
  ]);
  assert.deepEqual(
    allowed(made, "s3:ListBucket").filter(([who]) => who === role),
    [[role, arn(derivatives.id)]],
  );
  assert.deepEqual(
    besideEmptying(allowed(made, "s3:ListBucket"))
      .filter(([who]) => who !== role)
      .map(([, what]) => what),
    [arn(source.id)],
  );
  const [[who, what] = []] = allowed(made, "cloudfront:CreateInvalidation");
  assert.equal(who, role);
  assert.match(JSON.stringify(what), /:distribution\/",\{"Ref":"DeliveryDistribution/);
  const actions = all(made, "AWS::IAM::Policy")
    .filter(({ Roles }) => Roles[0].Ref === role)
    .flatMap(({ PolicyDocument }) =>
      PolicyDocument.Statement.flatMap(({ Action }: { Action: string }) => Action),
    );
  assert.deepEqual(actions.filter((action) => !/^(sqs|logs):/.test(action)).sort(), [
    "cloudfront:CreateInvalidation",
    "s3:DeleteObject",
    "s3:ListBucket",
  ]);
});

test("queues are encrypted, and reached over TLS only", () => {
  for (const { id, SqsManagedSseEnabled } of all(made, "AWS::SQS::Queue")) {
    assert.equal(SqsManagedSseEnabled, true);
    made.hasResourceProperties("AWS::SQS::QueuePolicy", {
      Queues: [{ Ref: id }],
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }),
        ]),
      },
    });
  }
});

test("it is purged again when no drawing of before can be under way, and sources are called as the function calls them", () => {
  const { Variables } = purging(ofNamed).Environment;
  assert.equal(Variables.SHUTTERSPEED_PURGE_AGAIN_AFTER, "57", "40 s, 7 s in memory, and 10");
  assert.equal(Variables.IMGPROXY_URL_REPLACEMENTS, "img://=s3://cats/");
  assert.equal(Variables.IMGPROXY_QUALITY, undefined);
  assert.deepEqual(Variables.SHUTTERSPEED_PURGE_DISTRIBUTION, {
    Ref: only(ofNamed, "AWS::CloudFront::Distribution").id,
  });
  assert.deepEqual(Variables.SHUTTERSPEED_PURGE_QUEUE, { Ref: queue(ofNamed).id });
});

test("of buckets that were there before, pictures below their prefix are heard of, and a sentence says how", () => {
  const patterns = all(ofNamed, "AWS::Events::Rule").map(({ EventPattern }) => EventPattern.detail);
  assert.deepEqual(patterns, [
    { bucket: { name: ["cats"] } },
    { bucket: { name: ["dogs"] }, object: { key: [{ prefix: "puppies/" }] } },
    { bucket: { name: ["dogs"] }, object: { key: [{ prefix: "old/" }] } },
  ]);
  const says = (sentence: string) =>
    Annotations.fromStack(named).findInfo("*", Match.stringLikeRegexp(sentence)).length;
  assert.equal(says("npm run purge -- --events-of cats;"), 1);
  assert.equal(says("npm run purge -- --events-of dogs;"), 1);
  assert.equal(says("npm run purge -- s3://point/KEY"), 1);
  assert.deepEqual(all(ofNamed, "Custom::S3BucketNotifications"), []);
});

test("a bucket of the app tells EventBridge by what the library has for that", () => {
  const stack = new Stack(appWith(), "Mine");
  const pictures = new Bucket(stack, "Pictures");
  new ImageHandler(stack, "Images", { unsigned: true, sourceBuckets: [pictures] });
  const told = only(Template.fromStack(stack), "Custom::S3BucketNotifications");
  assert.deepEqual(told.NotificationConfiguration, { EventBridgeConfiguration: {} });
});

test("where nothing is overwritten, deletions alone count", () => {
  const [rule] = all(synthesized({ purge: "deleted" }), "AWS::Events::Rule");
  assert.deepEqual(rule?.EventPattern["detail-type"], ["Object Deleted"]);
});

test("without purging there is nothing of it", () => {
  const without = synthesized({ purge: false });
  for (const type of ["AWS::SQS::Queue", "AWS::Events::Rule", "AWS::Lambda::EventSourceMapping"])
    assert.deepEqual(all(without, type), [], type);
  assert.deepEqual(besideEmptying(allowed(without, "s3:DeleteObject")), []);
  const source = only(without, "AWS::S3::Bucket", ({ id }) => id.includes("Source"));
  assert.equal(source.NotificationConfiguration, undefined);
});

test("fifty buckets' changes fit into the policy of a queue: SQS takes 20 statements, and 10 conditions", () => {
  const many = synthesized({ sourceBuckets: Array.from({ length: 50 }, (_, nth) => `pictures-${nth}`) });
  const rules = all(many, "AWS::Events::Rule").map(({ id }) => arn(id));
  assert.equal(rules.length, 50);
  for (const { PolicyDocument } of all(many, "AWS::SQS::QueuePolicy")) {
    const [tls, events, ...more] = PolicyDocument.Statement;
    assert.deepEqual([tls.Effect, more], ["Deny", []]);
    assert.deepEqual(
      [events.Effect, events.Action, events.Principal, events.Condition],
      [
        "Allow",
        "sqs:SendMessage",
        { Service: "events.amazonaws.com" },
        { ArnEquals: { "aws:SourceArn": rules } },
      ],
    );
  }
});
