import { Architecture } from "aws-cdk-lib/aws-lambda";

/** What prices and AWS's own layers call it. */
export const architectureName = (architecture: Architecture): "arm64" | "x86_64" =>
  architecture === Architecture.ARM_64 ? "arm64" : "x86_64";
