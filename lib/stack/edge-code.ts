import { readFileSync } from "node:fs";
import { type KeyConfig, settingsHash } from "../../lambda/url/key.ts";
import { negotiatedFormats } from "../../lambda/url/negotiation.ts";

const file = new URL("../../lambda/edge/viewer-request.js", import.meta.url);

/** The edge function as it is deployed: the file with its settings filled in from the function's environment. */
export function viewerRequestCode(config: KeyConfig): string {
  const settings = {
    prefix: config.pathPrefix,
    separator: config.argumentsSeparator,
    formats: negotiatedFormats(config),
    onlyPresets: config.onlyPresets,
    filename: config.base64UrlIncludesFilename,
    settingsHash: settingsHash(config),
  };
  return readFileSync(file, "utf8").replace(
    /^const settings = \{.*?\};$/ms,
    () => `const settings = ${JSON.stringify(settings)};`,
  );
}
