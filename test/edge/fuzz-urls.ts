import { createHmac } from "node:crypto";
import { type Config, readConfig } from "../../lambda/config/variables.ts";
import { compileLanguage, type Language } from "../../lambda/url/language.ts";
import type { EdgeRequest } from "../../lib/local/edge/edge-function.ts";
import { random } from "../../lib/local/samples/random.ts";

/** A key and a salt, in hex. */
type Pair = readonly [key: string, salt: string];

/** A deployment: its settings, and what its URLs are signed with. */
export interface Party {
  readonly config: Config;
  readonly language: Language;
  /** As the edge's store holds them. Empty: any word is a signature. */
  readonly pairs: string;
}

/** A request, and what is known of it by the way it was made. */
export interface Url {
  readonly party: Party;
  readonly request: EdgeRequest;
  /** Whether the edge has to let it by; `undefined` where it was damaged, and anything may have come of it. */
  readonly signed: "right" | "wrong" | undefined;
  /** Whether its time is over, where that is plain to see. */
  readonly expired: boolean | undefined;
  /** Where it leads to by default; of a URL as its owner would spell it. */
  readonly object: string | undefined;
}

const rotated: readonly Pair[] = [
  ["aa", "bb"],
  ["0c".repeat(32), "0d".repeat(32)],
  ["e1e2", "f1f2f3"],
];
const revoked: Pair = ["ab", "bb"];

const environments: readonly (readonly [env: Readonly<Record<string, string>>, pairs: readonly Pair[]])[] = [
  [{ IMGPROXY_AUTO_WEBP: "1", IMGPROXY_PATH_PREFIX: "/img" }, []],
  [{ IMGPROXY_BASE_URL: "s3://b/", IMGPROXY_SOURCE_URL_QUERY_SEPARATOR: " " }, []],
  [
    {
      IMGPROXY_URL_REPLACEMENTS: `s3://*tures/=S3://q\${1}/p/;S3://*/*x=s3://b/\${2}y/`,
      IMGPROXY_BASE_URL: "s3",
    },
    [],
  ],
  [{ IMGPROXY_BASE64_URL_INCLUDES_FILENAME: "1", IMGPROXY_SOURCE_URL_QUERY_SEPARATOR: "?version=" }, []],
  [{ IMGPROXY_ONLY_PRESETS: "1", IMGPROXY_PRESETS: "a=w:1,thumb=h:2" }, []],
  [{ IMGPROXY_ARGUMENTS_SEPARATOR: "a" }, []],
  [
    {
      IMGPROXY_URL_REPLACEMENTS: `http://*/k=https://img.test/\${1}?of=;S3://b/=HTTP://b.test/`,
      IMGPROXY_BASE_URL: "http",
    },
    [],
  ],
  [{}, rotated.slice(0, 1)],
  [{ IMGPROXY_AUTO_WEBP: "1", IMGPROXY_PATH_PREFIX: "/img" }, rotated],
  [{ IMGPROXY_SIGNATURE_SIZE: "12", IMGPROXY_ENABLE_CLIENT_HINTS: "1" }, rotated],
  [{ IMGPROXY_SIGNATURE_SIZE: "1", IMGPROXY_TRUSTED_SIGNATURES: "trusted,täglich" }, rotated.slice(0, 2)],
  [{ IMGPROXY_TRUSTED_SIGNATURES: "trusted", IMGPROXY_ARGUMENTS_SEPARATOR: "a" }, rotated.slice(1)],
  [{ IMGPROXY_ONLY_PRESETS: "1", IMGPROXY_PRESETS: "a=w:1,thumb=h:2" }, rotated],
];

const made = (env: Readonly<Record<string, string>>, pairs: readonly Pair[]): Party => {
  const keys = pairs.length > 0 && {
    IMGPROXY_KEY: pairs.map(([key]) => key).join(),
    IMGPROXY_SALT: pairs.map(([, salt]) => salt).join(),
  };
  const config = readConfig({ ...env, ...keys });
  return {
    config,
    language: compileLanguage(config, 0),
    pairs: pairs.map((pair) => pair.join(":")).join(),
  };
};
const byDefault = made({}, []);

/** All deployments: without keys, with one pair, with rotated ones. */
export const parties: readonly Party[] = [byDefault, ...environments.map((each) => made(...each))];

const unsigned = parties.filter(({ pairs }) => pairs === "");
const signed = parties.filter(({ pairs }) => pairs !== "");

/** bytes of a signature under a pair, all 32. */
const macOf = (path: string, [key, salt]: Pair) =>
  createHmac("sha256", Buffer.from(key, "hex")).update(Buffer.from(salt, "hex")).update(`/${path}`).digest();

/** Makes URLs by a seed: half of them as their owner would spell them, or in a way that means the same; the others damaged. */
export function urlMaker(seed: number) {
  const next = random(seed);
  const below = (limit: number) => Math.floor(next() * limit);
  const one = <T>(from: readonly [T, ...T[]]): T => from[below(from.length)] ?? from[0];
  const oneOf = <T>(from: readonly T[], otherwise: T): T => from[below(from.length)] ?? otherwise;
  const some = <T>(most: number, make: () => T) => Array.from({ length: below(most + 1) }, make);

  const piece = () =>
    one(["k", "a b", "é", "100%", "?", "?version=2", "#", "@2x", ".", "x/y", "//", "plain/", "s3:/"]);
  const object = () => ({ bucket: one(["b", "pictures", "B.c"]), key: `k${some(4, piece).join("")}` });
  const option = () =>
    one([
      ...(["w:100", "h:1", "rs:fit:10:20", "g:sm", "pd:1:2:3:4", "bg:fff", "thumb:a", "cb:plain"] as const),
      ...(["exp:1", "expires:1000000000", "exp:99999999999", "exp:0", "pr:a", "dpr:2"] as const),
    ]);

  /** A path as its structure says it; `spell` says it in one of the ways that mean the same. */
  const structured = () => {
    const { bucket, key } = object();
    const scheme = one(["s3", "s3", "S3", "http", "HTTPS"]);
    const source = `${scheme}://${bucket}/${one(["", "", "/"])}${key}`;
    const base64 = Buffer.from(source).toString("base64url");
    const extension = one(["", "png", "webp"]);
    const encoded = one([
      { plain: true, text: encodeURIComponent(source).replace(/^(s3|https?)%3A%2F%2F/i, "$1://") },
      { plain: false, text: base64 },
      { plain: false, text: `${base64.slice(0, 5)}/${base64.slice(5)}` },
    ]);
    const ending = extension && `${encoded.plain ? "@" : "."}${extension}`;
    const options = some(3, option);
    const spelled = (of: readonly string[], text: string) =>
      [...of, (encoded.plain ? `plain/${text}` : text) + ending].join("/");
    const spell = () =>
      spelled(
        options.map((each) => each.replaceAll(":", () => one([":", "%3A"]))),
        encoded.text.replace("://", encoded.plain ? one(["://", ":/"]) : "://"),
      );
    // A page of the web is called by its whole URL.
    const page = scheme.toLowerCase() + source.slice(scheme.length);
    const path = spelled(options, encoded.text);
    return {
      ...{ options, path, spell },
      object: /^http/.test(page) ? page : `s3://${bucket}/${key.split("?")[0]}`,
    };
  };

  /** What stands where the signature should. */
  const signature = (path: string, { pairs, config }: Party): readonly [word: string, right: boolean] => {
    if (pairs === "") return [one(["unsafe", "_", "oKfUtW34Dvo2BGQehJFR4Nr0", "img"]), true];
    const now = pairs.split(",").map((pair): Pair => {
      const [key = "", salt = ""] = pair.split(":");
      return [key, salt];
    });
    const { signatureSize: size, trustedSignatures } = config;
    const pair = oneOf(now, revoked);
    const cut = (mac: Buffer) => mac.subarray(0, size).toString("base64url");
    const right = cut(macOf(path, pair));
    if (below(2) === 0) return [trustedSignatures[below(8)] ?? right, true];
    const at = below(right.length);
    const [key, salt] = pair;
    const wrong = one([
      cut(macOf(path, revoked)),
      cut(macOf(path, [salt, key])),
      cut(macOf(path, [key, `${salt}00`])),
      cut(macOf(`${path}x`, pair)),
      cut(macOf(path.slice(1), pair)),
      macOf(path, pair)
        .toString("base64url")
        .slice(0, right.length - 1) || "_",
      macOf(path, pair)
        .subarray(0, size + 1)
        .toString("base64url"),
      `${right}A`,
      `${right}=`,
      `A${right}`,
      right.slice(0, at) + (right[at] === "A" ? "B" : "A") + right.slice(at + 1),
      right.toUpperCase(),
      Buffer.from(right, "base64url").toString("base64").replaceAll("/", "_"),
      "unsafe",
      "Trusted",
      "%74rusted",
      "_",
    ]);
    // Of one byte, many a wrong one is right by chance; and so is what was damaged into itself.
    const chance = now.some((each) => cut(macOf(path, each)) === wrong);
    return [wrong, chance || trustedSignatures.includes(wrong)];
  };

  /** Cut, doubled, or with something put in. */
  const damaged = (path: string): string => {
    const at = below(path.length);
    const put = one([
      ...(["", "/", "//", "plain/", "plain", ":", "%", "%3A", "%3a"] as const),
      ...([".", "=", "==", "@", "a", "\ufffd", "é", "?"] as const),
    ]);
    const damage = path.slice(0, at) + put + path.slice(at + one([0, 0, 1, 1, 5]));
    return below(3) === 0 ? damaged(damage) : damage;
  };

  const headers = () => ({
    accept: one(["*/*", "image/webp,*/*"]),
    ...one([{}, {}, { width: one(["300", "abc", "+20"]) }, { "sec-ch-dpr": one(["2", "1.4", "9"]) }]),
  });

  const make = (nth: number): Url => {
    const made = structured();
    const whole = nth % 2 === 0;
    // The usual case, where the object is known too, and others; half of those that are not damaged are signed.
    const among = [[byDefault], parties, signed, parties, unsigned, parties, signed, parties][nth % 8];
    const party = oneOf(among ?? parties, byDefault);
    const [word, right] = signature(made.path, party);
    const spelled = `${party.config.pathPrefix}${one(["/", "//"])}${word}${one(["/", "//"])}${made.spell()}`;
    const uri = (whole ? spelled : damaged(spelled)).replace(/\?.*$/s, "");
    const usual = party.config.argumentsSeparator === ":";
    return {
      party,
      request: { method: "GET", uri, headers: headers() },
      signed: whole ? (right ? "right" : "wrong") : undefined,
      expired: whole && usual ? isOver(made.options, party.config) : undefined,
      object: whole && party === byDefault ? made.object : undefined,
    };
  };
  return { make, structured };
}

/** What the last word on it says; a preset may say another. */
function isOver(options: readonly string[], { onlyPresets }: Config): boolean {
  if (onlyPresets || options.includes("pr:a")) return false;
  const [last = ""] = options.filter((option) => option.startsWith("exp")).toReversed();
  return ["exp:1", "expires:1000000000"].includes(last);
}
