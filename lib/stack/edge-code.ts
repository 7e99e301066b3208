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

const folder = compiled ?? join(root, "lambda/edge");

/** bytes that CloudFront takes. */
const MAX_CODE_BYTES = 10_240;

/**
 * The edge function as it is deployed: the file without comments and blanks, its settings filled in from the function's environment;
 * `verified` has it verify signatures with the keys of its KeyValueStore. Throws when the settings are too many for it.
 */
export function viewerRequestCode(config: Config, verified = false): string {
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
    signatureSize: config.signatureSize,
    trusted: config.trustedSignatures.map(shortHash),
  };
  const { head, files, handler } = verified ? verifying : plain;
  const body = files.map((file) => squeezed(readFileSync(join(folder, file), "utf8")));
  const code = [head, ...body, handler]
    .join("\n")
    .replace(/const S=\{.*?\};/s, () => `const S=${JSON.stringify(settings)};`);
  const bytes = Buffer.byteLength(code);
  if (bytes > MAX_CODE_BYTES) {
    throw new Error(
      `IMGPROXY_URL_REPLACEMENTS: expected rules that fit into the edge function, got ${bytes - MAX_CODE_BYTES} bytes too many`,
    );
  }
  return code;
}

/** What it is made of, around it what CloudFront calls. */
const plain = {
  head: "",
  files: ["viewer-request.js"],
  handler: "function handler(event){return viewerRequest(event);}",
};
/** The same with a KeyValueStore, which CloudFront wants to be imported first. */
const verifying = {
  head: 'import cf from "cloudfront";\nconst kvs=cf.kvs();',
  files: ["viewer-request.js", "signature.js"],
  handler: "async function handler(event){return verified(event,kvs);}",
};

/** Without comments, indentation, and blanks that part nothing: what the file says in quotes holds none such. */
const squeezed = (code: string) =>
  code
    .replace(/^ *(\/\/.*\n)?/gm, "")
    .replace(/ (=>|[=!]==|[<>]=?|&&|\|\||[=+?:{]) /g, "$1")
    .replace(/(?<=[,)]|\bif|\bfor|\bwhile) /g, "")
    // What is said often, in one letter.
    .replace(/\bsettings\b/g, "S")
    .replace(/\bsegments\b/g, "P")
    .replace(/(?<=[{;,(])\n+|\n+(?=[\n})])/g, "");
/** As the edge function hashes: nobody reads the secret off its code. */
const shortHash = (text: string) => hash("sha256", text, "hex").slice(0, 32);
