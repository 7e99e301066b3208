import { CustomResource, Duration, RemovalPolicy } from "aws-cdk-lib";
import { KeyValueStore } from "aws-cdk-lib/aws-cloudfront";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import {
  type Architecture,
  type Code,
  Function as Lambda,
  LoggingFormat,
  Runtime,
} from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { accountWideName } from "./names.ts";
import { roleFor } from "./role.ts";
import type { Signing } from "./signing.ts";

export interface EdgeKeysProps {
  readonly signing: Signing;
  /** Of the function, with what copies keys in it. */
  readonly code: Code;
  readonly architecture: Architecture;
}

/** Where the edge finds the keys it verifies signatures with: a KeyValueStore, into which a deployment copies them. */
export class EdgeKeys extends Construct {
  readonly store: KeyValueStore;

  constructor(scope: Construct, id: string, { signing, code, architecture }: EdgeKeysProps) {
    super(scope, id);
    this.store = new KeyValueStore(this, "Store", {
      comment: "What signatures are verified with at the edge",
      keyValueStoreName: accountWideName(this, "Keys"),
    });
    const logGroup = new LogGroup(this, "Logs", {
      retention: RetentionDays.ONE_WEEK,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const copying = new Lambda(this, "Copying", {
      description: "Copies the signing keys to the edge when the stack is deployed",
      runtime: Runtime.NODEJS_24_X,
      architecture,
      handler: "deployed-keys.handler",
      role: roleFor(this, logGroup),
      code,
      memorySize: 256,
      timeout: Duration.seconds(30),
      loggingFormat: LoggingFormat.JSON,
      logGroup,
    });
    copying.addToRolePolicy(
      new PolicyStatement({
        actions: ["cloudfront-keyvaluestore:DescribeKeyValueStore", "cloudfront-keyvaluestore:PutKey"],
        resources: [this.store.keyValueStoreArn],
      }),
    );
    const { place } = signing;
    if (place) signing.grantRead(copying);
    const copied = new CustomResource(this, "Copied", {
      resourceType: "Custom::EdgeKeys",
      serviceToken: copying.functionArn,
      properties: {
        store: this.store.keyValueStoreArn,
        ...place,
      },
    });
    // Before it may be asked, it may read.
    copied.node.addDependency(copying);
  }
}
