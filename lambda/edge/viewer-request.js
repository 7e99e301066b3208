// CloudFront Function, viewer request. Turns a picture's URL into a key made of safe characters only:
//
//     /<source hash>/<path hash>.<accept token>
//
// It is the cache key, and the name of the kept derivative. The path as it was received goes on in a header.
// The same rules in TypeScript: lambda/url/key.ts. CloudFront refuses destructuring, spread, for-of, ?. and more.
// biome-ignore lint/style/useNodejsImportProtocol: CloudFront's own module
const crypto = require("crypto");

// What follows is filled in from the function's environment (lib/stack/edge-code.ts).
const settings = {
  prefix: "",
  separator: ":",
  formats: [],
  onlyPresets: false,
  filename: false,
  settingsHash: "",
};

const pathHeader = "x-shutterspeed-path";

// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls it
function handler(event) {
  const request = event.request;
  const path = request.uri;
  const accept = request.headers.accept ? request.headers.accept.value : "";
  const source = sourceAsWritten(path);

  // Only we may say it.
  delete request.headers[pathHeader];
  if (source !== undefined) {
    request.headers[pathHeader] = { value: path };
    request.uri = `/${hash(source)}/${hash(settings.settingsHash + path)}.${acceptToken(accept)}`;
  } else if (/[^\w./-]/.test(path)) {
    // Nothing we serve, and origin access control may fail to sign it.
    request.uri = "/-";
  }
  return request;
}

function hash(text) {
  return crypto.createHash("sha256").update(text).digest("hex").slice(0, 32);
}

function acceptToken(accept) {
  const accepted = settings.formats.filter((format) => accept.indexOf(`image/${format}`) >= 0);
  return accepted.join("-") || "any";
}

function sourceAsWritten(path) {
  const rest = afterSignature(path);
  if (rest === undefined) return undefined;
  const body = settings.onlyPresets ? rest.slice(rest.indexOf("/") + 1) : rest;
  const marker = `/${body}`.indexOf("/plain/");
  return marker < 0 ? base64Source(body) : plainSource(body.slice(marker + 6));
}

function afterSignature(path) {
  if (!path.startsWith(`${settings.prefix}/`)) return undefined;
  const signed = path.slice(settings.prefix.length + 1).replace(/^\//, "");
  const slash = signed.indexOf("/");
  if (slash < 1 || signed.startsWith(".well-known/")) return undefined;
  return signed.slice(slash + 1).replace(/^\//, "") || undefined;
}

function plainSource(written) {
  const url = written.replace(/^(\S+):\/([^/])/, (_, before, after) =>
    before === "local" ? `local:///${after}` : `${before}://${after}`,
  );
  const source = url.split("@")[0];
  try {
    return decodeURIComponent(source);
  } catch (_) {
    return source;
  }
}

function base64Source(body) {
  const segments = body.replace(/%3A/g, ":").split("/");
  let first = 0;
  if (!settings.onlyPresets) {
    while (first < segments.length && segments[first].indexOf(settings.separator) >= 0) first++;
  }
  const parts = segments.slice(first);
  const named = settings.filename && parts.length > 1;
  const encoded = parts
    .slice(0, named ? -1 : parts.length)
    .join("")
    .split(".")[0]
    .replace(/=+$/, "");
  if (/[^\w-]/.test(encoded) || encoded.length % 4 === 1) return encoded;
  const source = Buffer.from(encoded, "base64url").toString("utf8");
  return source.indexOf("\ufffd") < 0 ? source : encoded;
}
