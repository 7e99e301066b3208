// What is added to viewer-request.js where signatures are verified at the edge, with the keys of its KeyValueStore: a URL whose
// signature is wrong, or whose time is over, goes no further. The same in TypeScript: lambda/url/signature.ts.
// biome-ignore lint/correctness/noUnusedVariables: the handler, which lib/stack/edge-code.ts adds, calls it
async function verified(event, kvs) {
  const request = event.request;
  const signed = request.method === "OPTIONS" ? undefined : signedPath(request.uri);
  if (signed === undefined || request.uri.length > settings.longestPath) return viewerRequest(event);
  let pairs;
  try {
    pairs = (await kvs.get("keys")).split(",");
  } catch (_) {
    return answer(503, "Service Unavailable", "No signing keys");
  }
  if (!isSigned(signed, pairs)) return answer(403, "Forbidden", "Forbidden");
  if (isExpired(signed.path)) return answer(404, "Not Found", "Invalid URL");
  return viewerRequest(event);
}

// lambda/url/signature.ts
function isSigned(signed, pairs) {
  const given = hash(signed.signature);
  if (settings.trusted.indexOf(given) >= 0) return true;
  return pairs.some((pair) => {
    const words = pair.split(":").map((hex) => Buffer.from(hex, "hex"));
    if (words.length !== 2 || words[0].length === 0 || words[1].length === 0) return false;
    const mac = crypto
      .createHmac("sha256", words[0])
      .update(words[1])
      .update(`/${signed.path.replace(/^\//, "")}`);
    // Of hashes, so that no comparison tells how much was right.
    return hash(mac.digest().slice(0, settings.signatureSize).toString("base64url")) === given;
  });
}

// What a preset says of it, only the function knows.
function isExpired(path) {
  if (settings.onlyPresets) return false;
  const segments = path.replace(/^\//, "").split("/");
  let until = 0;
  const plain = segments.slice(0, firstOfSource(segments)).every((segment) => {
    const words = segment.split(settings.separator);
    if (words[0] === "exp" || words[0] === "expires") until = /^\d+$/.test(words[1]) ? Number(words[1]) : 0;
    return words[0] !== "pr" && words[0] !== "preset";
  });
  return plain && until > 0 && until < Date.now() / 1000;
}
