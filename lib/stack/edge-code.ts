import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cacheControl } from "../../lambda/answer/answers.ts";
import { bearer } from "../../lambda/answer/secret.ts";
import type { Config } from "../../lambda/config/variables.ts";
import { settingsHash } from "../../lambda/url/key.ts";
import { negotiatedFormats } from "../../lambda/url/negotiation.ts";
import { LONGEST_PATH } from "../../lambda/url/path.ts";
import { compiled, root } from "../project.ts";
import { customHeaders, securityHeaders } from "./policy-headers.ts";

const file = compiled ? join(compiled, "viewer-request.js") : join(root, "lambda/edge/viewer-request.js");

/** bytes that CloudFront takes. */
const MAX_CODE_BYTES = 10_240;

/**
 * The edge function as it is deployed: the file without comments and indentation, its settings filled in from the function's environment.
 * Throws when the settings are too many for it.
 */
export function viewerRequestCode(config: Config): string {
  const settings = {
    prefix: config.pathPrefix,
    healthCheckPath: config.healthCheckPath,
    separator: config.argumentsSeparator,
    formats: negotiatedFormats(config),
    widths: config.enableClientHints ? config.clientHintsWidths : [],
    dprs: config.enableClientHints ? config.clientHintsDprs : [],
    onlyPresets: config.onlyPresets,
    filename: config.base64UrlIncludesFilename,
    replacements: config.urlReplacements,
    baseUrl: config.baseUrl,
    querySeparator: config.sourceQuerySeparator,
    settingsHash: settingsHash(config),
    longestPath: LONGEST_PATH,
    secret: config.secret && shortHash(bearer(config)),
    cacheControl: cacheControl({ config, now: 0 }),
    headers: { ...securityHeaders, ...customHeaders(config) },
  };
  const code = readFileSync(file, "utf8")
    .replace(/^ *(\/\/.*\n)?/gm, "")
    .replace(/^const settings = \{.*?\};$/ms, () => `const settings = ${JSON.stringify(settings)};`);
  const bytes = Buffer.byteLength(code);
  if (bytes > MAX_CODE_BYTES) {
    throw new Error(
      `IMGPROXY_URL_REPLACEMENTS: expected rules that fit into the edge function, got ${bytes - MAX_CODE_BYTES} bytes too many`,
    );
  }
  return code;
}

/** As the edge function hashes: nobody reads the secret off its code. */
const shortHash = (text: string) => hash("sha256", text, "hex").slice(0, 32);
