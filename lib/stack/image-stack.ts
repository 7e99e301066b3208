import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { variables } from "../../lambda/config/variables.ts";
import { Delivery, type DeliveryProps } from "./delivery.ts";
import { ImageFunction, type ImageFunctionProps } from "./image-function.ts";
import { Storage, type StorageProps } from "./storage.ts";

export interface ImageStackProps
  extends StackProps,
    StorageProps,
    ImageFunctionProps,
    Pick<DeliveryProps, "domain" | "priceClass"> {}

/** What is deployed: pictures in a bucket, answered to imgproxy URLs under the name it puts out as `Domain`. */
export class ImageStack extends Stack {
  constructor(scope: Construct, id: string, props: ImageStackProps = {}) {
    super(scope, id, { description: "imgproxy URLs, answered by AWS Lambda", ...props });

    const storage = new Storage(this, "Storage", props);
    const { sources, derivatives } = storage;
    const images = new ImageFunction(this, "Images", {
      ...props,
      environment: { ...props.environment, [variables.derivativesBucket.name]: derivatives.bucketName },
    });
    storage.grantReadSources(images.function);
    storage.grantKeepDerivatives(images.function);
    const { distribution } = new Delivery(this, "Delivery", { ...props, images, derivatives });

    const put = (name: string, value: string, description: string) =>
      new CfnOutput(this, name, { value, description });
    put(
      "Domain",
      distribution.distributionDomainName,
      "Where pictures are asked for; what names of your own point to",
    );
    put("SourceBuckets", sources.map((bucket) => bucket.bucketName).join(","), "Where pictures lie");
    put("DerivativesBucket", derivatives.bucketName, "Where finished pictures are kept");
    put("FunctionName", images.function.functionName, "What draws them");
  }
}
