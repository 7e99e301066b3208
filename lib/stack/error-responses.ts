import { Duration } from "aws-cdk-lib";
import type { ErrorResponse } from "aws-cdk-lib/aws-cloudfront";
import { errorTtls } from "../error-ttls.ts";

/** How long CloudFront repeats a failure, by its status. */
export const errorResponses: readonly ErrorResponse[] = [...errorTtls].map(([httpStatus, seconds]) => ({
  httpStatus,
  ttl: Duration.seconds(seconds),
}));
