import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { cacheControl } from "../../lambda/answer/answers.ts";
import { bearer } from "../../lambda/answer/secret.ts";
import { type Config, variables } from "../../lambda/config/variables.ts";
import { settingsHash } from "../../lambda/url/key.ts";
import { negotiatedFormats } from "../../lambda/url/negotiation.ts";
import { LONGEST_PATH } from "../../lambda/url/path.ts";
import { compiled, root } from "../project.ts";
import { customHeaders, securityHeaders } from "./policy-headers.ts";

/** bytes that CloudFront takes. */
const MAX_CODE_BYTES = 10_240;

/**
 * The edge function as it is deployed: the file squeezed, its settings filled in from the function's environment; `verified` has it
 * verify signatures with the keys of its KeyValueStore. Throws one sentence that names the longest variable when they are too long for it.
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
  const kind = verified ? "verifying" : "plain";
  const squeezed = compiled ? readFileSync(join(compiled, edgeFile(kind)), "utf8") : squeezedEdge(kind);
  const code = squeezed.replace(/\{prefix:.*?trusted:\[\]\}/s, () => JSON.stringify(settings));
  const bytes = Buffer.byteLength(code);
  if (bytes > MAX_CODE_BYTES) {
    throw new Error(
      `${longestOf(settings)}: expected a shorter value, for CloudFront takes ${MAX_CODE_BYTES} bytes of edge function, which holds it, got ${bytes - MAX_CODE_BYTES} too many`,
    );
  }
  return code;
}

/** What it is made of, around it what CloudFront calls; with a KeyValueStore, CloudFront wants that to be imported first. */
const kinds = {
  plain: {
    head: "",
    files: ["viewer-request.js"],
    entry: "(event) => viewerRequest(event)",
    handler: "function handler(event)",
  },
  verifying: {
    head: 'import cf from "cloudfront";\n',
    files: ["viewer-request.js", "signature.js"],
    entry: "(event) => verified(event, kvs);\nconst kvs = cf.kvs()",
    handler: "async function handler(event)",
  },
} as const;
type Kind = keyof typeof kinds;

/** Whose variables may be long, by their names in the edge function. */
const long = {
  replacements: variables.urlReplacements,
  trusted: variables.trustedSignatures,
  baseUrl: variables.baseUrl,
  widths: variables.clientHintsWidths,
  dprs: variables.clientHintsDprs,
  headers: variables.allowOrigin,
} as const;

function longestOf(settings: Readonly<Record<keyof typeof long, unknown>>): string {
  const lengths = Object.entries(settings).map(
    ([name, value]) => [name, JSON.stringify(value).length] as const,
  );
  const named = lengths.filter(([name]) => Object.hasOwn(long, name)).toSorted(([, a], [, b]) => b - a);
  const [[name = ""] = []] = named;
  return Object.entries(long).find(([known]) => known === name)?.[1].name ?? "";
}

/** What the squeezed one is called in the package. */
const edgeFile = (kind: Kind) => `edge-${kind}.js`;

/** Each kind, squeezed, by its name in the package. */
export const squeezedEdges = (): Readonly<Record<string, string>> => ({
  [edgeFile("plain")]: squeezedEdge("plain"),
  [edgeFile("verifying")]: squeezedEdge("verifying"),
});

/** Without comments and blanks, all names in a letter or two. In the repository only: the package holds what comes of it. */
function squeezedEdge(kind: Kind): string {
  const { transformSync }: typeof import("esbuild") = createRequire(import.meta.url)("esbuild");
  const { head, files, entry, handler } = kinds[kind];
  const code = files.map((file) => readFileSync(join(root, "lambda/edge", file), "utf8")).join("\n");
  // Of a module all names are its own but those it exports.
  const module = `${code}\nexport const entry = ${entry};`;
  const made = transformSync(module, {
    minifyIdentifiers: true,
    minifyWhitespace: true,
    charset: "utf8",
  }).code;
  return `${head}${made.replace("export const entry", "const entry")}${handler}{return entry(event);}`;
}

/** As the edge function hashes: nobody reads the secret off its code. */
const shortHash = (text: string) => hash("sha256", text, "hex").slice(0, 32);
