import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { Template } from "aws-cdk-lib/assertions";
import { LambdaDeploymentConfig } from "aws-cdk-lib/aws-codedeploy";
import { PATH_HEADER } from "../../lambda/http.ts";
import { bundle } from "../../lib/local/lambda/bundle.ts";
import { type Environment, startEnvironment } from "../../lib/local/lambda/environment.ts";
import type { Outcome } from "../../lib/local/lambda/runtime-api.ts";
import { accessVariables } from "../../lib/local/s3/s3.ts";
import { alarmRules } from "../../lib/stack/alarm-rules.ts";
import { Alarms, type AlarmsProps } from "../../lib/stack/alarms.ts";
import { faults, origin, s3Error } from "../faults.ts";
import { eventOf } from "../invocation.ts";
import { ownS3 } from "../own-s3.ts";
import { drawn } from "../pictures.ts";
import { type Datum, figuresIn, rings } from "./cloudwatch.ts";
import { all, only, stackOf, synthesized } from "./synthesized.ts";

const s3 = await ownS3();
after(() => s3[Symbol.asyncDispose]());
await s3.put("a.jpg", await drawn(60, 40).jpeg().toBuffer());

const built = await bundle();
const functionName = "Images-Function";
const picture = "/_/w:20/plain/s3://pictures/a.jpg";

/** What the function writes in the real runtime client while `requests` are made; Lambda's own figures of them beside. */
async function written(
  env: Readonly<Record<string, string>>,
  requests: (environment: Environment) => Promise<readonly Outcome[]>,
  timeout = 20,
): Promise<readonly Datum[]> {
  const lines: string[] = [];
  const environment = await startEnvironment({
    bundle: built,
    memory: 1769,
    timeout,
    log: (line) => lines.push(line),
    env: { ...accessVariables(s3), AWS_LAMBDA_FUNCTION_NAME: functionName, ...env },
  });
  const answered = (await requests(environment)).filter((outcome) => "json" in outcome).length;
  // Lines come by another way than answers.
  while (lines.filter((line) => line.includes('"_aws"')).length < answered) await setTimeout(20);
  environment.kill();
  await environment.gone;
  return figuresIn(lines);
}

const get =
  (path: string, headers: Readonly<Record<string, string>> = {}, count = 1) =>
  async (environment: Environment) => {
    const outcomes: Outcome[] = [];
    for (let nth = 0; nth < count; nth++) outcomes.push(await environment.invoke(eventOf(path, headers)));
    return outcomes;
  };

/** A figure of AWS's own, as no emulator writes it. */
const aws = (
  namespace: string,
  name: string,
  dimensions: Readonly<Record<string, string>>,
  ...values: readonly number[]
): readonly Datum[] => values.map((value) => ({ namespace, name, dimensions, value }));
const ofLambda = (name: string, ...values: readonly number[]) =>
  aws("AWS/Lambda", name, { FunctionName: functionName }, ...values);
const ofEdge = (name: string, ...values: readonly number[]) =>
  aws("AWS/CloudFront", name, { FunctionName: "Edge", Region: "Global" }, ...values);
const ofViewers = (name: string, ...values: readonly number[]) =>
  aws("AWS/CloudFront", name, { DistributionId: "E1", Region: "Global" }, ...values);

const watched = {
  functionName,
  distributionId: "E1",
  edgeFunctionName: "Edge",
  deadLetterQueueName: "DeadLetters",
  memorySize: 1769,
  architecture: "arm64",
  timeout: 20_000,
} as const;

/** The alarms of a stack in that region, by the names of their thresholds. */
function alarmsOf(props?: AlarmsProps, region = "us-east-1") {
  const stack = stackOf({ env: { account: "111122223333", region }, alarms: false, dashboard: false });
  new Alarms(stack, "Alarms", watched, props);
  const found = all(Template.fromStack(stack), "AWS::CloudWatch::Alarm");
  return Object.fromEntries(
    Object.keys(alarmRules).map((name) => [
      name,
      found.find(({ id }) => id.toLowerCase().startsWith(`alarms${name}`.toLowerCase())),
    ]),
  );
}
const alarms = alarmsOf();

/** Which of them ring when the last periods were all like this. */
const ringing = (data: readonly Datum[], of = alarms) =>
  Object.entries(of)
    .filter(([, alarm]) => alarm && rings(alarm, Array(5).fill(data), String))
    .map(([name]) => name);

const healthy = await written({}, get(picture, {}, 12));

const silent = async (env: Readonly<Record<string, string>>, count: number, timeout?: number) => {
  await using nobody = await origin(faults.silence);
  return await written({ IMGPROXY_S3_ENDPOINT: nobody.endpoint, ...env }, get(picture, {}, count), timeout);
};

const late = await silent({ IMGPROXY_DOWNLOAD_TIMEOUT: "1" }, 4);

test("a healthy function rings nothing, nor does one that nobody asks", () => {
  assert.equal(healthy.filter(({ name, value }) => name === "Success" && value === 1).length, 12);
  assert.deepEqual(ringing(healthy), []);
  assert.deepEqual(ringing([]), []);
});

test("a request that the client got wrong rings nothing", async () => {
  assert.deepEqual(ringing(await written({}, get("/_/w:x/plain/s3://pictures/a.jpg", {}, 5))), []);
});

test("sources that come too late ring, by their own alarm and as errors; two in a crowd do not", () => {
  assert.equal(late.filter(({ name, value }) => name === "SourceTimeout" && value === 1).length, 4);
  assert.deepEqual(ringing(late), ["sourceTimeouts", "serverErrors"]);
  assert.deepEqual(ringing([...late, ...healthy]), ["sourceTimeouts", "serverErrors"], "a quarter");
  const [two, crowd] = [late.slice(0, late.length / 2), [healthy, healthy, healthy, healthy].flat()];
  assert.deepEqual(ringing([...two, ...crowd]), []);
  assert.deepEqual(ringing([...late, ...Array(10).fill(healthy).flat()]), [], "4 of 124 are 3 %");
});

test("a function that has hardly any time left rings for headroom", async () => {
  const headroom = ringing(await silent({ IMGPROXY_DOWNLOAD_TIMEOUT: "30" }, 1, 2));
  assert.deepEqual(headroom, ["headroom"], "one failure is no share yet");
});

test("a function that is slow rings for latency, from the threshold on that one says", async () => {
  const slow = await silent({ IMGPROXY_DOWNLOAD_TIMEOUT: "1" }, 1);
  assert.deepEqual(ringing(slow, alarmsOf({ latency: 900 })), ["latency"]);
  assert.deepEqual(ringing(slow, alarmsOf({ latency: 5000 })), []);
  const alarm = alarmsOf({ latency: 900 }).latency;
  assert.ok(alarm && !rings(alarm, [healthy, healthy, slow], String), "once is not twice in three");
});

test("a key that edge and function do not agree on rings when it lasts", async () => {
  const data = await written({}, get("/0/1.any", { [PATH_HEADER]: picture }));
  assert.equal(data.find(({ name }) => name === "KeyMismatch")?.value, 1);
  assert.deepEqual(ringing(data), ["keyMismatches"]);
  const { keyMismatches } = alarms;
  assert.ok(keyMismatches && !rings(keyMismatches, [healthy, data, data], String), "a deployment passes");
});

test("derivatives that cannot be kept ring", async () => {
  await using refusing = await origin(faults.answers(s3Error(403, "AccessDenied")));
  const env = {
    IMGPROXY_S3_ENDPOINT: s3.endpoint,
    IMGPROXY_S3_REGION: s3.region,
    AWS_ENDPOINT_URL_S3: refusing.endpoint,
    SHUTTERSPEED_DERIVATIVES_BUCKET: "derivatives",
    SHUTTERSPEED_KEEP_AFTER: "0",
  };
  const data = await written(env, get(picture, {}, 4));
  assert.equal(data.filter(({ name, value }) => name === "DerivativeLost" && value === 1).length, 4);
  assert.deepEqual(ringing(data, alarmsOf({ latency: 20_000 })), ["derivativesLost"]);
});

test("processes that die ring as the function's errors, which Lambda counts for us", async () => {
  const failed: number[] = [];
  for (let nth = 0; nth < 3; nth++) {
    await using nobody = await origin(faults.silence);
    await written({ IMGPROXY_S3_ENDPOINT: nobody.endpoint }, async (environment) => {
      const outcomes = get(picture)(environment);
      await setTimeout(300);
      environment.kill();
      failed.push((await outcomes).filter((outcome) => "failed" in outcome).length);
      return [];
    });
  }
  assert.deepEqual(ringing(ofLambda("Errors", ...failed)), ["functionErrors"]);
  assert.deepEqual(ringing(ofLambda("Errors", 1, 0, 1)), []);
});

test("what AWS counts by itself rings from its threshold on", () => {
  assert.deepEqual(ringing(ofLambda("Throttles", 2, 3)), ["throttles"]);
  assert.deepEqual(ringing(ofLambda("Throttles", 2, 2)), []);
  assert.deepEqual(ringing(ofEdge("FunctionExecutionErrors", 5)), ["edgeErrors"]);
  const either = [...ofEdge("FunctionExecutionErrors", 2), ...ofEdge("FunctionValidationErrors", 3)];
  assert.deepEqual(ringing(either), ["edgeErrors"]);
  assert.deepEqual(ringing(ofEdge("FunctionValidationErrors", 4)), []);
  assert.deepEqual(ringing(ofEdge("FunctionComputeUtilization", 60, 90)), ["edgeUtilization"]);
  assert.deepEqual(ringing(ofEdge("FunctionComputeUtilization", 40, 80)), []);
  const viewers = (rate: number, asked: number) => [
    ...ofViewers("5xxErrorRate", rate),
    ...ofViewers("Requests", asked),
  ];
  assert.deepEqual(ringing(viewers(5, 100)), ["viewerErrors"]);
  assert.deepEqual(ringing(viewers(4, 1000)), []);
  assert.deepEqual(ringing(viewers(20, 10)), [], "two of ten are too few to say so");
  const letters = (count: number) =>
    aws("AWS/SQS", "ApproximateNumberOfMessagesVisible", { QueueName: "DeadLetters" }, count);
  assert.deepEqual(ringing(letters(1)), ["purgeFailures"]);
  assert.deepEqual(ringing(letters(0)), []);
});

test("another stack's figures ring nothing", () => {
  const others = late.map((one) => ({ ...one, dimensions: { ...one.dimensions, function: "Another" } }));
  assert.deepEqual(ringing(others), []);
});

test("every alarm of the list is there, and says what it means and what to do first", () => {
  for (const [name, alarm] of Object.entries(alarms)) {
    assert.ok(alarm, name);
    assert.match(alarm.AlarmDescription, /^(Less than )?\d+ .+\. First: .+\.$/);
    assert.ok(alarm.AlarmDescription.length <= 1024, name);
  }
  assert.match(alarms.latency?.AlarmDescription, /^5000 ms and more/);
  assert.match(alarmsOf({ headroom: 250 }).headroom?.AlarmDescription, /^Less than 250 ms/);
});

test("thresholds that hang on the time the function has follow its timeout", () => {
  const { Threshold: latency } = only(synthesized(), "AWS::CloudWatch::Alarm", ({ id }) =>
    id.includes("Latency"),
  );
  assert.equal(latency, 5000);
  const stack = stackOf({ alarms: false, dashboard: false });
  new Alarms(stack, "Alarms", { ...watched, timeout: 6000 });
  const of = (name: string) =>
    only(Template.fromStack(stack), "AWS::CloudWatch::Alarm", ({ id }) => id.includes(name)).Threshold;
  assert.deepEqual([of("Latency"), of("Headroom")], [3000, 600]);
});

test("the stack's alarms watch its own function and edge function", () => {
  const template = synthesized();
  const found = JSON.stringify(all(template, "AWS::CloudWatch::Alarm"));
  const own = only(template, "AWS::Lambda::Function", ({ Handler }) => Handler === "handler.handler").id;
  const edge = JSON.stringify(only(template, "AWS::CloudFront::Function").Name);
  assert.ok(found.includes(`{"Name":"function","Value":{"Ref":"${own}"}}`));
  assert.ok(found.includes(`{"Name":"FunctionName","Value":{"Ref":"${own}"}}`));
  assert.ok(found.includes(`{"Name":"FunctionName","Value":${edge}}`));
});

test("the edge's alarms are where CloudFront's metrics are: in us-east-1", () => {
  assert.ok(alarmsOf().edgeErrors);
  const elsewhere = alarmsOf({}, "eu-central-1");
  for (const name of ["viewerErrors", "edgeErrors", "edgeUtilization"])
    assert.deepEqual([name in elsewhere, elsewhere[name]], [true, undefined]);
  assert.ok(elsewhere.serverErrors);
  // A stack that is told its region when it is deployed decides then.
  const template = synthesized();
  const edge = all(template, "AWS::CloudWatch::Alarm").filter(({ id }) => /Edge|Viewer/.test(id));
  assert.equal(edge.length, 3);
  for (const { Condition } of edge)
    assert.deepEqual(template.toJSON().Conditions[String(Condition)], {
      "Fn::Equals": [{ Ref: "AWS::Region" }, "us-east-1"],
    });
});

test("a topic hears when an alarm rings and when it is over; without one nobody does", () => {
  const topic = "arn:aws:sns:us-east-1:111122223333:pager";
  for (const alarm of all(synthesized({ alarms: { topic } }), "AWS::CloudWatch::Alarm"))
    assert.deepEqual([alarm.AlarmActions, alarm.OKActions], [[topic], [topic]]);
  for (const alarm of all(synthesized(), "AWS::CloudWatch::Alarm"))
    assert.equal(alarm.AlarmActions, undefined);
});

test("a version that is led over to bit by bit goes back when it fails", () => {
  const rollout = LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES;
  const group = only(synthesized({ rollout }), "AWS::CodeDeploy::DeploymentGroup");
  const { Alarms: watchedBy, Enabled } = group.AlarmConfiguration;
  assert.deepEqual(
    [Enabled, watchedBy.map(({ Name }: { Name: { Ref: string } }) => Name.Ref.replace(/[0-9A-F]{8}$/, ""))],
    [true, ["WatchingAlarmsServerErrors", "WatchingAlarmsFunctionErrors"]],
  );
  assert.ok(group.AutoRollbackConfiguration.Events.includes("DEPLOYMENT_STOP_ON_ALARM"));
});

test("nothing rings where one wants no alarms, and nothing for a purge that is not there", () => {
  assert.deepEqual(all(synthesized({ alarms: false }), "AWS::CloudWatch::Alarm"), []);
  const ofPurge = (purge: boolean) =>
    all(synthesized({ purge }), "AWS::CloudWatch::Alarm").filter(({ id }) => id.includes("Purge"));
  assert.deepEqual([ofPurge(false).length, ofPurge(true).length], [0, 1]);
});

test("a threshold that is no figure, or a topic that is no ARN, is one sentence", () => {
  for (const [alarmsGiven, message] of [
    [{ latency: 0 }, "alarms.latency: expected a number above 0, got 0"],
    [{ headroom: Number.NaN }, "alarms.headroom: expected a number above 0, got NaN"],
    [{ topic: "pager" }, 'alarms.topic: expected the ARN of an SNS topic, got "pager"'],
  ] as const) {
    assert.throws(() => synthesized({ alarms: alarmsGiven }), { message });
  }
});
