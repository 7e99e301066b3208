import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { PAGE_PATH } from "../playground/page-file.ts";
import { ImageHandler, type ImageHandlerProps } from "./image-handler.ts";

export interface ImageStackProps extends StackProps, ImageHandlerProps {
  /**
   * Whether the deployment looks for pictures in the first source bucket and puts out signed URLs of two. Whoever may read a stack's
   * outputs, or the log of a deployment, reads what these pictures are called, and sees them. Made anew when bucket, keys' place or
   * variables change.
   *
   * @default true
   */
  readonly sampleUrls?: boolean | undefined;
}

/** What is deployed: pictures in a bucket, answered to imgproxy URLs under the name it puts out as `Domain`. */
export class ImageStack extends Stack {
  constructor(scope: Construct, id: string, props: ImageStackProps = {}) {
    super(scope, id, { description: "imgproxy URLs, answered by AWS Lambda", ...props });
    // "Default" is no part of any resource's id: stacks that were there before the construct are updated in place.
    const images = new ImageHandler(this, "Default", props);

    const put = (name: string, value: string, description: string) =>
      new CfnOutput(this, name, { value, description });
    put(
      "Domain",
      images.distribution.distributionDomainName,
      "Where pictures are asked for; what names of your own point to",
    );
    const { sampleUrls = true } = props;
    const samples = sampleUrls ? images.sampleUrls() : undefined;
    if (samples) put("SampleUrls", samples, SAMPLES);
    const { sources, derivatives } = images;
    put("SourceBuckets", sources.map((bucket) => bucket.bucketName).join(","), "Where pictures lie");
    put("DerivativesBucket", derivatives.bucketName, "Where finished pictures are kept");
    if (images.keys) {
      const where = "secret" in images.keys ? images.keys.secret : images.keys.parameter;
      put("Keys", where, "Where the keys lie that URLs are signed with");
    }
    if (images.keyValueStoreArn) {
      put("KeyValueStore", images.keyValueStoreArn, "Where the edge finds the same keys");
    }
    if (images.experiment) {
      put(
        "Experiment",
        images.experiment,
        "What breaks it: aws fis start-experiment --experiment-template-id",
      );
    }
    if (props.playground) put("Playground", `${images.origin}${PAGE_PATH}`, "Where options are tried");
    if (images.warmUp) {
      put("WarmUp", images.warmUp.stateMachine.stateMachineArn, "What has pictures made before anybody asks");
    }
    if (images.purging) {
      put("PurgeQueue", images.purging.queue.queueUrl, "Where changes of pictures wait to be purged");
      const { queueUrl } = images.purging.deadLetterQueue;
      put("PurgeDeadLetterQueue", queueUrl, "What could not be purged");
    }
    put("FunctionName", images.function.functionName, "What draws them");
    put(
      "RoleArn",
      images.function.role?.roleArn ?? "",
      "Who reads the pictures, or assumes the role that does: what a bucket of another account, or that role, lets in",
    );
  }
}

const SAMPLES =
  "Pictures of the first source bucket to look at, signed when the stack was first deployed: refused once that key is revoked";
