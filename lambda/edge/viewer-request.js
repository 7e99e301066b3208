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
  healthCheckPath: "",
  separator: ":",
  formats: [],
  widths: [],
  dprs: [],
  onlyPresets: false,
  filename: false,
  replacements: [],
  baseUrl: "",
  querySeparator: "?",
  settingsHash: "",
  longestPath: 0,
  secret: "",
  cacheControl: "",
  headers: {},
  signatureSize: 32,
  trusted: [],
};

const pathHeader = "x-shutterspeed-path";
const authorizationHeader = "x-shutterspeed-authorization";
const decimal = /^\+?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

// biome-ignore lint/correctness/noUnusedVariables: the handler, which lib/stack/edge-code.ts adds, calls it
function viewerRequest(event) {
  const request = event.request;
  const path = request.uri;
  // Only we may say it.
  delete request.headers[pathHeader];
  delete request.headers[authorizationHeader];
  if (path.length > settings.longestPath) return answer(414, "URI Too Long", "URL is too long");
  // S3 refuses to be asked so.
  if (request.method === "OPTIONS") return options(path);

  const signed = signedPath(path);
  const handedOn = signed === undefined ? "" : inHeader(path);
  if (handedOn.length > settings.longestPath) return answer(414, "URI Too Long", "URL is too long");
  request.uri = signed === undefined ? fixedPath(path) : derivative(signed, request.headers);
  if (signed !== undefined) request.headers[pathHeader] = { value: handedOn };
  if (settings.secret === "") return request;

  const authorization = valueIn(request.headers.authorization);
  const open = signed === undefined && (request.uri !== "/-" || !isBelowPrefix(path));
  if (hash(authorization) === settings.secret)
    request.headers[authorizationHeader] = { value: authorization };
  else if (!open) return answer(403, "Forbidden", "Forbidden");
  return request;
}

// A header holds ASCII. No path has the blank that tells one from the other; lambda/http.ts undoes it.
function inHeader(path) {
  if (/^[!-~]*$/.test(path)) return path;
  try {
    return `utf8 ${encodeURIComponent(path)}`;
  } catch (_) {
    return "utf8 ";
  }
}

function answer(statusCode, statusDescription, text) {
  const headers = { "content-type": { value: "text/plain" } };
  Object.keys(settings.headers).forEach((name) => {
    headers[name.toLowerCase()] = { value: settings.headers[name] };
  });
  return { statusCode, statusDescription, headers, body: { encoding: "text", data: text } };
}

function options(path) {
  if (path !== settings.prefix && !isBelowPrefix(path)) return answer(404, "Not Found", " ");
  const response = answer(200, "OK", " ");
  response.headers["cache-control"] = { value: settings.cacheControl };
  return response;
}

function valueIn(header) {
  return header ? header.value : "";
}

function derivative(signed, headers) {
  const name = `${settings.settingsHash}/${signed.signature}/${signed.path.replace(/^\//, "")}`;
  return `/${hash(identity(rewritten(sourceIn(signed.path))))}/${hash(name)}.${token(headers, signed.path)}`;
}

function hash(text) {
  return crypto.createHash("sha256").update(text).digest("hex").slice(0, 32);
}

// The formats that count, then what the client hints at and the options do not say, in few steps: .avif-webp-w640-d1_5
function token(headers, path) {
  const accept = valueIn(headers.accept);
  const accepted = settings.formats.filter((format) => accept.indexOf(`image/${format}`) >= 0);
  const said = optionsSaid(path);
  const width = said.width
    ? undefined
    : hinted(headers["sec-ch-width"], headers.width, /^\+?\d+$/, 9007199254740991);
  // A width hinted at counts in px of the dpr hinted at.
  const dpr =
    said.dpr && width === undefined ? undefined : hinted(headers["sec-ch-dpr"], headers.dpr, decimal, 8);
  return (accepted.join("-") || "any") + step("-w", settings.widths, width) + step("-d", settings.dprs, dpr);
}

function optionsSaid(path) {
  const said = { width: false, dpr: false };
  if (settings.onlyPresets) return said;
  const segments = path.replace(/^\//, "").split("/");
  segments.slice(0, firstOfSource(segments)).forEach((segment) => {
    const words = segment.split(settings.separator);
    if (["w", "width", "s", "size"].indexOf(words[0]) >= 0 && words[1]) said.width = true;
    if (["rs", "resize"].indexOf(words[0]) >= 0 && words[2]) said.width = true;
    if (words[0] === "dpr") said.dpr = true;
  });
  return said;
}

// lambda/url/hints.ts
function hinted(newer, older, pattern, most) {
  const numbers = [valueIn(newer), valueIn(older)].map((text) => (pattern.test(text) ? Number(text) : 0));
  return numbers.filter((value) => value > 0 && value <= most)[0];
}

function step(letter, steps, value) {
  if (value === undefined || steps.length === 0) return "";
  const next = steps.filter((each) => each >= value)[0] || steps[steps.length - 1];
  return letter + String(next).replace(".", "_");
}

// Nobody else's path reaches an origin: it could be a key.
function fixedPath(path) {
  if (path === settings.prefix) return path || "/";
  if (!isBelowPrefix(path)) return "/-";
  const bare = path.slice(settings.prefix.length);
  if (bare === settings.healthCheckPath) return `${settings.prefix}/health`;
  if (bare.startsWith("/.well-known/")) return `${settings.prefix}/.well-known/`;
  return ["/", "/health", "/favicon.ico"].indexOf(bare) < 0 ? "/-" : path;
}

function isBelowPrefix(path) {
  return path.startsWith(`${settings.prefix}/`);
}

function signedPath(path) {
  if (!isBelowPrefix(path)) return undefined;
  if (path.slice(settings.prefix.length) === settings.healthCheckPath) return undefined;
  const bare = path.slice(settings.prefix.length + 1).replace(/^\//, "");
  const slash = bare.indexOf("/");
  if (slash < 1 || bare.startsWith(".well-known/")) return undefined;
  const normal = normalised(bare.slice(slash + 1));
  return normal === "" ? undefined : { signature: bare.slice(0, slash), path: normal };
}

function normalised(path) {
  const marker = `/${path}`.indexOf("/plain/");
  const at = marker < 0 ? path.length : marker + 6;
  const options = path.slice(0, at).replace(/%3A/g, ":");
  const source = path
    .slice(at)
    .replace(/^(\S+):\/([^/])/, (_, before, after) =>
      before === "local" ? `local:///${after}` : `${before}://${after}`,
    );
  return (options + source).replace(/^\//, "");
}

function firstOfSource(segments) {
  if (settings.onlyPresets) return 1;
  let first = 0;
  while (first < segments.length && segments[first].indexOf(settings.separator) >= 0) first++;
  return first;
}

function sourceIn(path) {
  const segments = path.replace(/^\//, "").split("/");
  const rest = segments.slice(firstOfSource(segments));
  if (rest[0] === "plain" && rest.length > 1) return percentDecoded(rest.slice(1).join("/").split("@")[0]);
  const named = settings.filename && rest.length > 1;
  return base64Decoded(
    rest
      .slice(0, named ? -1 : rest.length)
      .join("")
      .split(".")[0],
  );
}

function percentDecoded(text) {
  try {
    return decodeURIComponent(text);
  } catch (_) {
    return text;
  }
}

function base64Decoded(text) {
  let length = text.length;
  while (text[length - 1] === "=") length--;
  const digits = text.slice(0, length);
  if (/[^\w-]/.test(digits) || digits.length % 4 === 1) return text;
  const bytes = Buffer.from(digits, "base64url");
  const source = bytes.toString("utf8");
  return Buffer.from(source, "utf8").toString("hex") === bytes.toString("hex") ? source : text;
}

function rewritten(source) {
  const replaced = settings.replacements.reduce((soFar, rule) => {
    const match = matchPattern(rule.pattern, soFar);
    if (match === undefined) return soFar;
    const put = rule.replacement.replace(/\$\{(\d+)\}/g, (_, group) => match[Number(group)] || "");
    return put + soFar.slice(match[0].length);
  }, source);
  return replaced.startsWith(settings.baseUrl) ? replaced : settings.baseUrl + replaced;
}

// lambda/url/pattern.ts
function matchPattern(pattern, text) {
  const parts = pattern.split("/");
  let stars = [];
  let at = 0;
  for (let index = 0; index < parts.length; index++) {
    const slash = text.indexOf("/", at);
    const last = index === parts.length - 1;
    if (slash < 0 && !last) return undefined;
    const match = matchSegment(
      parts[index].split("*"),
      text.slice(at, slash < 0 ? text.length : slash),
      last,
    );
    if (match === undefined) return undefined;
    stars = stars.concat(match.stars);
    at += match.end + (last ? 0 : 1);
  }
  return [text.slice(0, at)].concat(stars);
}

function matchSegment(literals, text, open) {
  const first = literals[0];
  const stars = [];
  let limit = text.length;
  let end = first.length;
  if (!text.startsWith(first)) return undefined;
  for (let index = literals.length - 1; index > 0; index--) {
    const literal = literals[index];
    const last = index === literals.length - 1;
    const found = text.lastIndexOf(literal, limit - literal.length);
    if (limit < literal.length || found < first.length) return undefined;
    if (last && !open && found !== limit - literal.length) return undefined;
    if (last) end = found + literal.length;
    else stars.unshift(text.slice(found + literal.length, limit));
    limit = found;
  }
  if (literals.length === 1) return open || text === first ? { stars, end } : undefined;
  stars.unshift(text.slice(first.length, limit));
  return { stars, end };
}

// lambda/url/identity.ts
function identity(source) {
  const match = /^([^:]*):\/\/([^/]*)/.exec(source);
  if (match === null) return source;
  const scheme = match[1].toLowerCase();
  if (scheme === "http" || scheme === "https") return scheme + source.slice(scheme.length);
  const named = source.slice(match[0].length).replace(/^\/+/, "");
  const cut = settings.querySeparator === "" ? -1 : named.indexOf(settings.querySeparator);
  return `${scheme}://${match[2]}/${cut < 0 ? named : named.slice(0, cut)}`;
}
