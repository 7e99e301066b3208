import { App } from "aws-cdk-lib";
import { ours } from "../lib/settings.ts";
import { settingsOf } from "../lib/stack/context.ts";
import { ImageStack } from "../lib/stack/image-stack.ts";

/** Settings come from `cdk.json` or `-c name=value`; the function's variables from its map `environment`, or the shell. */
const app = new App();
try {
  const { stack, environment, ...settings } = settingsOf(app.node.getAllContext());
  new ImageStack(app, stack, { ...settings, environment: { ...environment, ...ours(process.env) } });
} catch (error) {
  console.error(process.env.CDK_DEBUG || !(error instanceof Error) ? error : error.message);
  process.exit(1);
}
