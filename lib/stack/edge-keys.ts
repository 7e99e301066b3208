import { CustomResource, Duration } from "aws-cdk-lib";
import { KeyValueStore } from "aws-cdk-lib/aws-cloudfront";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Architecture, Code } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { accountWideName } from "./names.ts";
import { ownFunction } from "./own-function.ts";
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
    const copying = ownFunction(this, "Copying", {
      description: "Copies the signing keys to the edge when the stack is deployed",
      architecture,
      handler: "deployed-keys.handler",
      code,
      memorySize: 256,
      timeout: Duration.seconds(30),
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
