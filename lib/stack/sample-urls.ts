import { CustomResource, Duration } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";
import { variables } from "../../lambda/config/variables.ts";
import type { Samples } from "../../lambda/samples/deployed.ts";
import { compiled } from "../project.ts";
import { ours } from "../settings.ts";
import type { ImageFunction } from "./image-function.ts";
import { ownFunction } from "./own-function.ts";
import type { SourceObjects } from "./sources.ts";

export interface SampleUrlsProps {
  /** What draws the pictures; its settings are what URLs are written and signed by. */
  readonly images: ImageFunction;
  /** Of these pictures. */
  readonly pictures: SourceObjects;
  /** Where viewers ask: https://d111111abcdef8.cloudfront.net */
  readonly origin: string;
}

/** Signed URLs of pictures that are there, made by a function when the stack is deployed: keys stand in no template. */
export class SampleUrls extends Construct {
  /** The URLs, separated by spaces, or a sentence that says how to come by some; known when the stack is deployed. */
  readonly text: string;

  constructor(scope: Construct, id: string, { images, pictures, origin }: SampleUrlsProps) {
    super(scope, id);
    const signer = ownFunction(this, "Function", {
      description: "Signs URLs of a few pictures when the stack is deployed",
      architecture: images.architecture,
      handler: "sample-urls.handler",
      code: images.code,
      memorySize: 256,
      timeout: Duration.seconds(30),
    });
    signer.addToRolePolicy(listing(pictures));
    if (images.signing.place) images.signing.grantRead(signer);
    const { [variables.secret.name]: _, ...environment } = ours(images.environment);
    const signed = images.signing.place !== undefined;
    const samples = {
      bucket: pictures.bucket.bucketName,
      prefix: pictures.prefix,
      origin,
      environment,
      signed: signed ? "true" : "false",
      command: compiled ? "npx shutterspeed sign" : "npm run sign --",
    } satisfies Samples;
    const made = new CustomResource(this, "Made", {
      resourceType: "Custom::SampleUrls",
      serviceToken: signer.functionArn,
      properties: samples,
    });
    // Before it may be asked, it may list and read.
    made.node.addDependency(signer);
    this.text = made.getAttString("Urls");
  }
}

/** Leave to list what lies below the prefix, and nothing beside it. */
const listing = ({ bucket, prefix }: SourceObjects) =>
  new PolicyStatement({
    actions: ["s3:ListBucket"],
    resources: [bucket.bucketArn],
    ...(prefix && { conditions: { StringEquals: { "s3:prefix": prefix } } }),
  });
