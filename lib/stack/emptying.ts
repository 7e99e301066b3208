import { CustomResource, Duration } from "aws-cdk-lib";
import { type IRole, PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Architecture, Code } from "aws-cdk-lib/aws-lambda";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { acknowledgeDeletion } from "./acknowledged.ts";
import { ownFunction } from "./own-function.ts";

/** Marks buckets that go with their stack. One that is to stay from now on loses it before its custom resource goes. */
export const GOES_WITH_STACK_TAG = "shutterspeed:goes-with-the-stack";

export interface EmptyingProps {
  /** It stays when CloudFormation deletes the stack: whoever empties it deletes it. */
  readonly bucket: IBucket;
  /** Who write into it, and have to have lost the leave to before it is emptied. */
  readonly writers: readonly (IRole | undefined)[];
  /** Of the function, with what empties in it. */
  readonly code: Code;
  readonly architecture: Architecture;
}

/**
 * Deletes a bucket with its stack: at once, when it can be emptied in minutes; else a rule of the bucket's empties it within two days,
 * and it stays, empty. The stack goes in either case.
 */
export class Emptying extends Construct {
  constructor(scope: Construct, id: string, { bucket, writers, code, architecture }: EmptyingProps) {
    super(scope, id);
    const emptying = ownFunction(this, "Function", {
      description: "Empties the derivative bucket when the stack is deleted",
      architecture,
      handler: "emptied-bucket.handler",
      code,
      memorySize: 512,
      timeout: Duration.minutes(5),
    });
    emptying.addToRolePolicy(
      new PolicyStatement({
        actions: ["s3:GetBucketTagging", "s3:PutLifecycleConfiguration", "s3:ListBucket", "s3:DeleteBucket"],
        resources: [bucket.bucketArn],
      }),
    );
    emptying.addToRolePolicy(
      new PolicyStatement({ actions: ["s3:DeleteObject"], resources: [bucket.arnForObjects("*")] }),
    );
    acknowledgeDeletion(this, bucket.arnForObjects("*"));
    const emptied = new CustomResource(this, "Emptied", {
      resourceType: "Custom::EmptiedBucket",
      serviceToken: emptying.functionArn,
      properties: { bucket: bucket.bucketName, tag: GOES_WITH_STACK_TAG },
    });
    // Before it may be asked, it may delete.
    emptied.node.addDependency(emptying);
    // What depends on another is deleted before it.
    for (const writer of writers) writer?.node.tryFindChild("DefaultPolicy")?.node.addDependency(emptied);
  }
}
