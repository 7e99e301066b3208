import { readFileSync } from "node:fs";
import { type KeyConfig, settingsHash } from "../../lambda/url/key.ts";
import { negotiatedFormats } from "../../lambda/url/negotiation.ts";
import { LONGEST_PATH } from "../../lambda/url/path.ts";

const file = new URL("../../lambda/edge/viewer-request.js", import.meta.url);

/** bytes that CloudFront takes. */
const MAX_CODE_BYTES = 10_240;

/**
 * The edge function as it is deployed: the file with its settings filled in from the function's environment.
 * Throws when the settings are too many for it.
 */
export function viewerRequestCode(config: KeyConfig): string {
  const settings = {
    prefix: config.pathPrefix,
    healthCheckPath: config.healthCheckPath,
    separator: config.argumentsSeparator,
    formats: negotiatedFormats(config),
    onlyPresets: config.onlyPresets,
    filename: config.base64UrlIncludesFilename,
    replacements: config.urlReplacements,
    baseUrl: config.baseUrl,
    querySeparator: config.sourceQuerySeparator,
    settingsHash: settingsHash(config),
    longestPath: LONGEST_PATH,
  };
  const code = readFileSync(file, "utf8").replace(
    /^const settings = \{.*?\};$/ms,
    () => `const settings = ${JSON.stringify(settings)};`,
  );
  const bytes = Buffer.byteLength(code);
  if (bytes > MAX_CODE_BYTES) {
    throw new Error(
      `IMGPROXY_URL_REPLACEMENTS: expected rules that fit into the edge function, got ${bytes - MAX_CODE_BYTES} bytes too many`,
    );
  }
  return code;
}
