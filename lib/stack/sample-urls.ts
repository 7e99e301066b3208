import { CustomResource, Duration, RemovalPolicy } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Function as Lambda, LoggingFormat, Runtime } from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { variables } from "../../lambda/config/variables.ts";
import type { Samples } from "../../lambda/samples/deployed.ts";
import { compiled } from "../project.ts";
import { ours } from "../settings.ts";
import type { ImageFunction } from "./image-function.ts";
import { roleFor } from "./role.ts";
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
    const logGroup = new LogGroup(this, "Logs", {
      retention: RetentionDays.ONE_WEEK,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const signer = new Lambda(this, "Function", {
      description: "Signs URLs of a few pictures when the stack is deployed",
      runtime: Runtime.NODEJS_24_X,
      architecture: images.architecture,
      handler: "sample-urls.handler",
      role: roleFor(this, logGroup),
      code: images.code,
      memorySize: 256,
      timeout: Duration.seconds(30),
      loggingFormat: LoggingFormat.JSON,
      logGroup,
    });
    signer.addToRolePolicy(listing(pictures));
    if (images.signing.place) images.signing.grantRead(signer);
    const { [variables.secret.name]: _, ...environment } = ours(images.environment);
    const signed = images.signing.place !== undefined || images.config.keys.length > 0;
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
