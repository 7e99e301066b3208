import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { Schedule } from "aws-cdk-lib/aws-events";
import { settingsOf } from "../../lib/stack/context.ts";
import type { Warming } from "../../lib/stack/warming.ts";
import { shell } from "../package/installed.ts";
import { all, only, synthesized } from "../stack/synthesized.ts";

const environment = { IMGPROXY_PRESETS: "thumb=w:100,card=w:300" };
const warmed = (warming: Partial<Warming> = {}) =>
  synthesized({ sourceBuckets: ["cats"], environment, warming: { presets: ["thumb"], ...warming } });

/** What Step Functions is told, with a word for each name that CloudFormation gives. */
function definition(template = warmed()) {
  const { DefinitionString } = only(template, "AWS::StepFunctions::StateMachine");
  const [, parts] = DefinitionString["Fn::Join"];
  const text = parts.map((part: unknown) => {
    if (typeof part === "string") return part;
    const { Ref } = Object(part);
    if (Ref === "AWS::Partition") return "aws";
    return Ref === undefined ? "arn:aws:lambda:eu-central-1:111122223333:function:asking" : "bucket";
  });
  return JSON.parse(text.join(""));
}

describe("the state machine", () => {
  test("is there only where warming is asked for", () => {
    assert.deepEqual(all(synthesized({ environment }), "AWS::StepFunctions::StateMachine"), []);
  });

  test("maps over a listing in batches, writes what they came to, and adds it up", () => {
    const { States } = definition(warmed({ maxConcurrency: 40, toleratedFailurePercentage: 1 }));
    const { Objects } = States;
    assert.deepEqual(States.Settings.Parameters.defaults, {
      bucket: "cats",
      prefix: "",
      presets: ["thumb"],
      accepts: ["image/avif,image/webp,image/*,*/*;q=0.8"],
    });
    assert.deepEqual([Objects.MaxConcurrency, Objects.ToleratedFailurePercentage], [40, 1]);
    assert.equal(Objects.ItemProcessor.ProcessorConfig.Mode, "DISTRIBUTED");
    assert.deepEqual(Objects.ItemReader.Parameters, { "Bucket.$": "$.bucket", "Prefix.$": "$.prefix" });
    assert.equal(Objects.ItemBatcher.MaxItemsPerBatch, 20);
    assert.match(Objects.ItemBatcher.BatchInput.origin, /^https:/);
    assert.deepEqual(Objects.ResultWriter.Parameters, { Bucket: "bucket", Prefix: "warm" });
    assert.deepEqual(States["Add up"].Parameters, {
      "ResultWriterDetails.$": "$.ResultWriterDetails",
      toleratedFailurePercentage: 1,
    });
    assert.equal(States["Fine?"].Default, "Too many failed");
  });

  test("maps over an inventory whose manifest the input names", () => {
    const { States } = definition(warmed({ inventoryBucket: "inventories" }));
    assert.deepEqual(States["Manifest named?"].Choices, [
      { Variable: "$.manifest", IsPresent: true, Next: "Inventory" },
    ]);
    assert.deepEqual(States.Inventory.ItemReader.Parameters, {
      Bucket: "inventories",
      "Key.$": "$.manifest",
    });
  });

  test("may list the sources, write below warm/, and nothing more of S3", () => {
    const statements = all(warmed(), "AWS::IAM::Policy")
      .filter(({ id }) => id.includes("WarmUp"))
      .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
      .filter(({ Action }) => JSON.stringify(Action).includes("s3:"));
    const said = statements.map(({ Action, Resource }) => [Action, JSON.stringify(Resource)]);
    assert.deepEqual(
      said.map(([action]) => action),
      [
        "s3:GetObject",
        "s3:ListBucket",
        ["s3:PutObject", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:AbortMultipartUpload"],
      ],
    );
    assert.match(String(said[0]?.[1]), /StorageDerivatives.*\/warm\/\*/);
    assert.match(String(said[1]?.[1]), /s3:::cats"/);
    assert.match(String(said[2]?.[1]), /StorageDerivatives.*\/warm\/\*/);
  });

  test("starts when the schedule says so", () => {
    const scheduled = warmed({ schedule: Schedule.expression("rate(1 day)") });
    const rules = all(scheduled, "AWS::Events::Rule").filter(({ id }) => id.startsWith("WarmUp"));
    assert.deepEqual(
      rules.map(({ ScheduleExpression }) => ScheduleExpression),
      ["rate(1 day)"],
    );
  });

  test("wants presets that are there", () => {
    const sentence = 'warming: expected names of IMGPROXY_PRESETS, which has thumb, card, got "';
    assert.throws(() => warmed({ presets: ["tumb"] }), { message: `${sentence}tumb"` });
    assert.throws(() => warmed({ presets: [] }), { message: `${sentence}"` });
  });

  test("is asked for in the context, too", () => {
    const context = { sourceBuckets: "cats", unsigned: "true" };
    const settings = {
      warmPresets: "thumb, card",
      warmSchedule: "rate(1 day)",
      warmConcurrency: 5,
      warmToleratedFailures: 0,
    };
    const { warming } = settingsOf({
      ...context,
      ...settings,
      warmAccepts: ["image/webp,*/*", "*/*"],
      warmInventoryBucket: "inv",
    });
    assert.deepEqual(
      { ...warming, schedule: warming?.schedule?.expressionString },
      {
        presets: ["thumb", "card"],
        accepts: ["image/webp,*/*", "*/*"],
        schedule: "rate(1 day)",
        maxConcurrency: 5,
        toleratedFailurePercentage: 0,
        inventoryBucket: "inv",
      },
    );
    assert.equal(settingsOf(context).warming, undefined);
    assert.throws(() => settingsOf({ ...context, warmConcurrency: 5 }), {
      message: "warmConcurrency: expected warmPresets beside it",
    });
  });
});

test("what asks has the function's variables, encrypted as the function's are", () => {
  const environmentKey = "arn:aws:kms:eu-central-1:111122223333:key/1234";
  const props = { environment, warming: { presets: ["thumb"] }, environmentKey };
  const functions = all(synthesized(props), "AWS::Lambda::Function");
  const given = functions.filter(({ Environment }) => Environment?.Variables.IMGPROXY_PRESETS);
  assert.deepEqual(given.map(({ Handler, KmsKeyArn }) => [Handler, KmsKeyArn]).sort(), [
    ["handler.handler", environmentKey],
    ["warm.handler", environmentKey],
  ]);
});

describe("its definition", () => {
  const folder = mkdtempSync(join(tmpdir(), "shutterspeed-asl-"));
  after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "package.json"), "{}");
  const fetched = spawnSync("npm", ["install", "--prefer-offline", "--no-audit", "asl-validator@4"], {
    cwd: folder,
    env: shell,
  });
  const skip = fetched.status !== 0 && "npm cannot fetch asl-validator";

  test("is the Amazon States Language", { skip }, () => {
    const validator = join(folder, "node_modules/.bin/asl-validator");
    for (const [name, warming] of Object.entries({ listing: {}, inventory: { inventoryBucket: "inv" } })) {
      const file = join(folder, `${name}.json`);
      writeFileSync(file, JSON.stringify(definition(warmed(warming))));
      const { status, stdout, stderr } = spawnSync(process.execPath, [validator, "--json-path", file], {
        encoding: "utf8",
      });
      assert.equal(status, 0, stdout + stderr);
    }
    const broken = join(folder, "broken.json");
    writeFileSync(broken, JSON.stringify({ ...definition(), StartAt: "Nowhere" }));
    assert.notEqual(spawnSync(process.execPath, [validator, "--json-path", broken]).status, 0);
  });
});
