import { createHmac } from "node:crypto";
import type { Config } from "../../lambda/config/variables.ts";
import type { SignedPath } from "../../lambda/url/path.ts";
import { verify } from "../../lambda/url/signature.ts";
import { type Finding, messageOf, passes, refuses } from "./finding.ts";

/** Whether the signature is right, and if not, which mistake would make just this one. */
export function explainSignature(signed: SignedPath, config: Config): Finding {
  const { keys, trustedSignatures } = config;
  try {
    verify(signed, config);
  } catch (error) {
    return refuses("signature", messageOf(error), adviceOn(signed, config));
  }
  if (keys.length === 0) return passes("signature", "not looked at: the function has no keys");
  if (trustedSignatures.includes(signed.signature)) return passes("signature", "a trusted word");
  const nth = keys.findIndex((_, pair) => isOf(signed, config, pair));
  return passes("signature", keys.length > 1 ? `right, of key ${nth + 1} of ${keys.length}` : "right");
}

const isOf = (signed: SignedPath, { keys, salts, ...config }: Config, pair: number): boolean => {
  try {
    verify(signed, { ...config, keys: keys.slice(pair, pair + 1), salts: salts.slice(pair, pair + 1) });
    return true;
  } catch {
    return false;
  }
};

const resign = "sign it with the function's key and salt: shutterspeed sign SOURCE, or shutterspeed/client";

function adviceOn(signed: SignedPath, config: Config): string {
  const { signature } = signed;
  if (config.keys.length === 0) return "put any word before the options, such as unsafe";
  if (signature.includes(config.argumentsSeparator) || signature === "plain")
    return `the signature is missing, this is an option already; ${resign}`;
  if (/^(unsafe|insecure|_|-|0)$/i.test(signature))
    return `the function has keys, so a word will not do; ${resign}`;
  if (/^[\da-f]{64}$/i.test(signature)) return "this is hex: write the digest in base64url without padding";
  if (/[+=]|%2[BF]|%3D/i.test(signature))
    return "this is base64: write - for +, _ for /, and no = at the end";
  return (
    mistakeIn(signed, config) ??
    `it is of another path, key or salt; the path that is signed is /${signed.path}; ${resign}`
  );
}

type Message = (
  key: Uint8Array,
  salt: Uint8Array,
  path: string,
) => readonly [key: Uint8Array, said: Uint8Array];

const text = (words: string) => new TextEncoder().encode(words);
const join = (salt: Uint8Array, path: string) => Buffer.concat([salt, text(path)]);
const hexOf = (bytes: Uint8Array) => text(Buffer.from(bytes).toString("hex"));

/** What signers get wrong: what they signed then, and what they were to do. */
const mistakes: readonly (readonly [message: Message, advice: string])[] = [
  [(key, salt, path) => [key, join(salt, path)], "the path was signed without its first slash"],
  [(key, _, path) => [key, text(`/${path}`)], "the path was signed without the salt before it"],
  [(key, salt, path) => [salt, join(key, `/${path}`)], "key and salt were swapped"],
  [
    (key, salt, path) => [hexOf(key), join(hexOf(salt), `/${path}`)],
    "key and salt are hex: decode them into bytes",
  ],
  [(key, salt, path) => [hexOf(key), join(salt, `/${path}`)], "the key is hex: decode it into bytes"],
  [(key, salt, path) => [key, join(hexOf(salt), `/${path}`)], "the salt is hex: decode it into bytes"],
  [
    (key, salt, path) => [key, join(salt, `/${decoded(path)}`)],
    "sign the path as it is sent, percent-encoded",
  ],
  [
    (key, salt, path) => [key, join(salt, `/${path.replace(/[@.]\w+$/, "")}`)],
    "the path was signed without the extension at its end",
  ],
];

function mistakeIn({ signature, path }: SignedPath, config: Config): string | undefined {
  const { keys, salts, signatureSize, pathPrefix } = config;
  const [key = text(""), salt = text("")] = [keys[0], salts[0]];
  const given = Buffer.from(signature, "base64url");
  const made = (by: Uint8Array, said: Uint8Array) => createHmac("sha256", by).update(said).digest();
  const right = made(key, join(salt, `/${path}`));
  if (given.length > 0 && given.length !== signatureSize && right.subarray(0, given.length).equals(given))
    return `it has ${given.length} bytes, and IMGPROXY_SIGNATURE_SIZE is ${signatureSize}`;
  const withPrefix = made(key, join(salt, `${pathPrefix}/${path}`));
  if (pathPrefix !== "" && withPrefix.subarray(0, given.length).equals(given))
    return `sign the path without the prefix ${pathPrefix}`;
  const found = mistakes.find(([message]) =>
    made(...message(key, salt, path))
      .subarray(0, signatureSize)
      .equals(given),
  );
  return found?.[1];
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
