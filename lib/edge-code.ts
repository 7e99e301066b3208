import { readFileSync } from "node:fs";
import { type KeyConfig, negotiatedFormats } from "../lambda/url/key.ts";

const file = new URL("../lambda/edge/viewer-request.js", import.meta.url);

/** The edge function as it is deployed: the file with its one line of settings filled in from the function's environment. */
export function viewerRequestCode(config: KeyConfig): string {
  const settings = {
    prefix: config.pathPrefix,
    separator: config.argumentsSeparator,
    formats: negotiatedFormats(config),
    onlyPresets: config.onlyPresets,
    filename: config.base64UrlIncludesFilename,
  };
  return readFileSync(file, "utf8").replace(
    /^const settings = .*$/m,
    () => `const settings = ${JSON.stringify(settings)};`,
  );
}
