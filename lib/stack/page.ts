import { hash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { AssetHashType, DockerImage, Duration } from "aws-cdk-lib";
import {
  AllowedMethods,
  CachePolicy,
  type Distribution,
  FunctionUrlOriginAccessControl,
  ViewerProtocolPolicy,
} from "aws-cdk-lib/aws-cloudfront";
import { FunctionUrlOrigin } from "aws-cdk-lib/aws-cloudfront-origins";
import { Code, FunctionUrlAuthType } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { PAGE_PATH, pageFile } from "../playground/page-file.ts";
import { type PageSettings, pageSettings } from "../playground/settings.ts";
import { compiled, root } from "../project.ts";
import type { ImageFunction } from "./image-function.ts";
import { accountWideName } from "./names.ts";
import { ownFunction } from "./own-function.ts";

export interface PageProps {
  /** What draws the pictures it shows; the page is told of its settings, and of no keys. */
  readonly images: ImageFunction;
  readonly distribution: Distribution;
}

/** The playground under the distribution's `/playground`: one file, which a function of its own answers that may do nothing else. */
export class Page extends Construct {
  /** Throws one sentence where the page would stand in another's place, or could not ask for pictures. */
  constructor(scope: Construct, id: string, { images, distribution }: PageProps) {
    super(scope, id);
    const { config, signing, architecture } = images;
    if ([config.pathPrefix, config.pathPrefix + config.healthCheckPath].includes(PAGE_PATH))
      throw new Error(
        `playground: expected IMGPROXY_PATH_PREFIX and IMGPROXY_HEALTH_CHECK_PATH to leave ${PAGE_PATH} to the page`,
      );
    if (config.secret !== "")
      throw new Error("playground: expected no IMGPROXY_SECRET, which no page can send with its pictures");
    const signed = signing.place !== undefined;
    const page = ownFunction(this, "Function", {
      description: "Answers the playground's page",
      architecture,
      handler: "page.handler",
      code: pageCode(pageSettings(config, signed)),
      memorySize: 128,
      timeout: Duration.seconds(5),
    });
    const url = page.addFunctionUrl({ authType: FunctionUrlAuthType.AWS_IAM });
    const originAccessControl = new FunctionUrlOriginAccessControl(this, "Call", {
      originAccessControlName: accountWideName(this, "CallPage"),
    });
    distribution.addBehavior(
      PAGE_PATH,
      FunctionUrlOrigin.withOriginAccessControl(url, { originAccessControl }),
      {
        allowedMethods: AllowedMethods.ALLOW_GET_HEAD,
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        cachePolicy: CachePolicy.CACHING_OPTIMIZED,
        compress: true,
      },
    );
  }
}

/** A function's file that answers the page, whatever it is asked. */
function pageHandler(settings: PageSettings): string {
  const { html, headers } = pageFile(settings);
  const result = { statusCode: 200, headers, isBase64Encoded: false, body: html };
  return `export const handler=async()=>(${JSON.stringify(result)});\n`;
}

/** A function's code that answers the page of these settings. */
export const pageCode = (settings: PageSettings): Code =>
  Code.fromAsset(compiled ? join(compiled, "..", "playground") : join(root, "lib/local/playground/page"), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: DockerImage.fromRegistry("none"),
      // Tells two pages of one app apart.
      environment: { settings: hash("sha256", JSON.stringify(settings)) },
      local: {
        tryBundle(outputDir) {
          writeFileSync(join(outputDir, "page.mjs"), pageHandler(settings));
          return true;
        },
      },
    },
  });
