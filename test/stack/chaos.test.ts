import assert from "node:assert/strict";
import { test } from "node:test";
import { Duration } from "aws-cdk-lib";
import { Architecture } from "aws-cdk-lib/aws-lambda";
import type { ImageStackProps } from "../../lib/stack/image-stack.ts";
import { all, drawing, only, synthesized } from "./synthesized.ts";

const network = { subnetIds: ["subnet-a", "subnet-b"], securityGroupIds: ["sg-1"] };
const template = synthesized({ chaos: {} });
const experiment = only(template, "AWS::FIS::ExperimentTemplate");

test("nothing of it is there unless one says so", () => {
  const plain = synthesized();
  assert.deepEqual(all(plain, "AWS::FIS::ExperimentTemplate"), []);
  assert.equal(drawing(plain).Layers, undefined);
  assert.deepEqual(
    Object.keys(drawing(plain).Environment.Variables).filter((name) => name.startsWith("AWS_")),
    [],
  );
});

test("the alarm of server errors ends it, or the one that is named", () => {
  const { id } = only(template, "AWS::CloudWatch::Alarm", ({ id }) => id.includes("ServerErrors"));
  const stop = (value: unknown) => [{ Source: "aws:cloudwatch:alarm", Value: value }];
  assert.deepEqual(experiment.StopConditions, stop({ "Fn::GetAtt": [id, "Arn"] }));
  const stopAlarm = "arn:aws:cloudwatch:eu-central-1:111122223333:alarm:mine";
  for (const alarms of [undefined, false] as const) {
    const of = only(synthesized({ alarms, chaos: { stopAlarm } }), "AWS::FIS::ExperimentTemplate");
    assert.deepEqual(of.StopConditions, stop(stopAlarm));
  }
});

test("without anything that ends it, and with what cannot be, it is refused with one sentence", () => {
  for (const [props, message] of [
    [
      { alarms: false, chaos: {} },
      "chaos: expected an alarm that ends the experiment, the stack's own (`alarms`) or another one (`stopAlarm`), got none",
    ],
    [{ chaos: { stopAlarm: "mine" } }, 'chaos.stopAlarm: expected the ARN of a CloudWatch alarm, got "mine"'],
    [
      { responseStreaming: true, chaos: {} },
      "chaos: expected responseStreaming off, for the extension of AWS FIS keeps answers from being streamed",
    ],
    [{ chaos: { percentage: 0 } }, "chaos.percentage: expected an integer from 1 to 100, got 0"],
    [
      { chaos: { duration: Duration.seconds(30) } },
      "chaos.duration: expected from a minute to twelve hours, got 0.5 minutes",
    ],
  ] as const satisfies readonly (readonly [ImageStackProps, string])[]) {
    assert.throws(() => synthesized(props), { message });
  }
});

test("the faults come one after the other, each on the share and for the time that one says", () => {
  const { Actions, Targets } = only(
    synthesized({ chaos: { percentage: 25, duration: Duration.minutes(2) }, timeout: Duration.seconds(40) }),
    "AWS::FIS::ExperimentTemplate",
  );
  assert.deepEqual(Object.keys(Actions), ["late-start", "no-process", "no-answer"]);
  assert.deepEqual(
    Object.values<{ StartAfter?: readonly string[] }>(Actions).map(({ StartAfter }) => StartAfter),
    [undefined, ["late-start"], ["no-process"]],
  );
  const some = { duration: "PT2M", invocationPercentage: "25" };
  assert.deepEqual(Actions["late-start"].Parameters, { ...some, startupDelayMilliseconds: "30000" });
  assert.deepEqual(Actions["no-answer"].Parameters, { ...some, preventExecution: "true" });
  for (const { ActionId, Targets: on, Description } of Object.values<Record<string, unknown>>(Actions)) {
    assert.match(String(ActionId), /^aws:lambda:invocation-/);
    assert.deepEqual(on, { Functions: "Function" });
    assert.match(String(Description), /: .+ answered/);
  }
  assert.equal(Targets.Function.ResourceType, "aws:lambda:function");
  assert.deepEqual(Targets.Function.ResourceArns, [{ "Fn::GetAtt": [drawing(template).id, "Arn"] }]);
});

test("in a VPC the way to S3 is cut as well", () => {
  const { Actions, Targets } = only(synthesized({ chaos: {}, network }), "AWS::FIS::ExperimentTemplate");
  assert.deepEqual(Object.keys(Actions), ["late-start", "bucket-unreachable", "no-process", "no-answer"]);
  const { ActionId, Parameters, StartAfter } = Actions["bucket-unreachable"];
  assert.deepEqual([ActionId, StartAfter], ["aws:network:disrupt-connectivity", ["late-start"]]);
  assert.deepEqual(Parameters, { duration: "PT5M", scope: "s3" });
  assert.deepEqual(Actions["no-process"].StartAfter, ["bucket-unreachable"]);
  assert.match(JSON.stringify(Targets.Subnets.ResourceArns), /:subnet\/subnet-a.*:subnet\/subnet-b/);
});

test("FIS's extension for the function's CPU is in the function, and looks where FIS writes", () => {
  const { Environment, Layers } = drawing(template);
  const { AWS_LAMBDA_EXEC_WRAPPER: wrapper, AWS_FIS_CONFIGURATION_LOCATION: where } = Environment.Variables;
  assert.equal(wrapper, "/opt/aws-fis/bootstrap");
  const bucket = only(template, "AWS::S3::Bucket", ({ id }) => id.includes("Faults"));
  assert.deepEqual(where, { "Fn::Join": ["", [{ "Fn::GetAtt": [bucket.id, "Arn"] }, "/FisConfigs/"]] });
  for (const [architecture, cpu] of [
    [Architecture.ARM_64, "arm64"],
    [Architecture.X86_64, "x86_64"],
  ] as const) {
    const of = synthesized({ chaos: {}, architecture });
    const defaults = Object.values(of.findParameters("*")).map(({ Default }) => Default);
    assert.ok(defaults.includes(`/aws/service/fis/lambda-extension/AWS-FIS-extension-${cpu}/1.x.x`));
  }
  assert.equal(Layers.length, 1);
});

test("FIS may put its faults and look at this function; the function may only read them", () => {
  const policies = all(template, "AWS::IAM::Policy");
  const saying = (id: string) => JSON.stringify(policies.filter((policy) => policy.id.startsWith(id)));
  const fis = saying("WatchingChaosRole");
  for (const action of ["s3:PutObject", "s3:DeleteObject", "lambda:GetFunction"])
    assert.ok(fis.includes(action), action);
  const own = saying("ImagesRole");
  assert.ok(own.includes('"s3:prefix":["FisConfigs/*"]'));
  assert.equal(own.split("s3:PutObject").length, 2, "of derivatives alone");
  const role = only(template, "AWS::IAM::Role", ({ id }) => id.includes("Chaos"));
  const [{ Principal, Condition }] = role.AssumeRolePolicyDocument.Statement;
  assert.deepEqual(Principal, { Service: "fis.amazonaws.com" });
  assert.deepEqual(
    Condition,
    { StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } } },
    "for experiments of this account",
  );
});

test("how it is started is put out", () => {
  template.hasOutput("Experiment", { Value: { "Fn::GetAtt": [experiment.id, "Id"] } });
});
