import { createHmac } from "node:crypto";

/** The function's environment for these URLs. */
export const env = {
  IMGPROXY_KEY: "943b421c9eb07c830af81030552c8600",
  IMGPROXY_SALT: "520f986b998545b4785e0defbc4f3c12",
  IMGPROXY_PRESETS: "thumb=rs:fill:100:100,grey=q:50",
} as const;

const hex = (text: string) => Buffer.from(text, "hex");
const [key, salt] = [hex(env.IMGPROXY_KEY), hex(env.IMGPROXY_SALT)];
const digest = (by: Uint8Array, ...said: readonly (string | Uint8Array)[]) =>
  said.reduce((hmac, part) => hmac.update(part), createHmac("sha256", by)).digest();

/** A path with its signature. */
export const signed = (path: string): string => `/${digest(key, salt, path).toString("base64url")}${path}`;

const cat = "/w:300/plain/s3://pictures/cat.jpg";
/** A path under a signature that was made in a wrong way. */
const under = (bytes: Buffer, path = cat) => `/${bytes.toString("base64url")}${path}`;
const options = (words: string) => signed(`/${words}/plain/s3://pictures/cat.jpg`);
const source = (words: string) => signed(`/w:300/${words}`);
/** One whose base64 has a character that base64url has not. */
const plus = Array.from({ length: 99 }, (_, nth) => `/cb:${nth}${cat}`).find((path) => {
  const spelled = digest(key, salt, path).toString("base64");
  return spelled.includes("+") && !spelled.includes("/");
});

/** A URL that people really write: its path, in which phase it is refused, why, and what is advised. */
export interface WrongUrl {
  readonly says: string;
  readonly path: string;
  readonly phase: string;
  readonly why: RegExp;
  readonly advice: RegExp;
  /** Variables beside `env`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Only the running function knows. */
  readonly running?: boolean;
}

const url = (
  says: string,
  path: string,
  phase: string,
  why: RegExp,
  advice: RegExp,
  more: Pick<WrongUrl, "env" | "running"> = {},
): WrongUrl => ({
  ...{ says, path, phase, why, advice },
  ...more,
});

const notOfThis = /not the signature of this path/;
const spelled = /expected a signature in unpadded base64url/;
const running = { running: true } as const;

export const wrongUrls: readonly WrongUrl[] = [
  url("unsigned", `/unsafe${cat}`, "signature", spelled, /a word will not do; sign it/),
  url("no signature at all", cat, "signature", spelled, /the signature is missing/),
  url(
    "no signature and no options",
    "/plain/s3://pictures/cat.jpg",
    "signature",
    spelled,
    /the signature is missing/,
  ),
  url(
    "signed with another key",
    under(digest(hex("aa"), salt, cat)),
    "signature",
    notOfThis,
    /of another path, key or salt; the path that is signed is \/w:300/,
  ),
  url(
    "changed after it was signed",
    signed(cat).replace("w:300", "w:301"),
    "signature",
    notOfThis,
    /of another path/,
  ),
  url(
    "signature in hex",
    `/${digest(key, salt, cat).toString("hex")}${cat}`,
    "signature",
    notOfThis,
    /this is hex/,
  ),
  url(
    "signature padded",
    `/${digest(key, salt, cat).toString("base64url")}=${cat}`,
    "signature",
    spelled,
    /no = at the end/,
  ),
  url(
    "signature in plain base64",
    `/${digest(key, salt, plus ?? "")
      .toString("base64")
      .replace("=", "")}${plus}`,
    "signature",
    spelled,
    /write - for \+/,
  ),
  url("salt left out", under(digest(key, cat)), "signature", notOfThis, /without the salt/),
  url("key and salt swapped", under(digest(salt, key, cat)), "signature", notOfThis, /swapped/),
  url(
    "key and salt not decoded",
    under(digest(Buffer.from(env.IMGPROXY_KEY), env.IMGPROXY_SALT, cat)),
    "signature",
    notOfThis,
    /key and salt are hex/,
  ),
  url(
    "first slash left out",
    under(digest(key, salt, cat.slice(1))),
    "signature",
    notOfThis,
    /without its first slash/,
  ),
  url(
    "signature cut",
    under(digest(key, salt, cat).subarray(0, 8)),
    "signature",
    notOfThis,
    /it has 8 bytes, and IMGPROXY_SIGNATURE_SIZE is 32/,
  ),
  url(
    "signed before it was escaped",
    under(digest(key, salt, "/plain/s3://pictures/my cat.jpg"), "/plain/s3://pictures/my%20cat.jpg"),
    "signature",
    notOfThis,
    /percent-encoded/,
  ),
  url(
    "signed without the extension",
    under(digest(key, salt, cat), `${cat}@webp`),
    "signature",
    notOfThis,
    /without the extension/,
  ),

  url(
    "misspelt option",
    options("resise:fill:300:200"),
    "options",
    /resise: expected the name of an option/,
    /did you mean resize\?/,
  ),
  url("swapped letters", options("widht:300"), "options", /widht/, /did you mean width\?/),
  url("no colon", options("w300"), "source", /base64url/, /did you mean w:300\?/),
  url(
    "no number",
    options("w:wide"),
    "options",
    /width: expected an integer.*got "wide"/,
    /write it as w:300/,
  ),
  url("negative", options("h:-5"), "options", /height: expected .* at least 0, got "-5"/, /h:200/),
  url(
    "CSS's word",
    options("rs:cover:300:200"),
    "options",
    /resizing_type: expected one of fit, fill.*got "cover"/,
    /rs:fill:300:200/,
  ),
  url("quality above 100", options("q:120"), "options", /quality: .*from 0 to 100, got "120"/, /q:80/),
  url("unknown gravity", options("g:middle"), "options", /gravity: .*got "middle"/, /g:nowe/),
  url("half a turn", options("rot:45"), "options", /rotate: .*got "45"/, /rot:90/),
  url("no colour", options("bg:zzz"), "options", /background: .*got "zzz"/, /bg:ff8800/),
  url(
    "too many arguments",
    options("w:1:2"),
    "options",
    /width: expected at most 1 arguments, got "2"/,
    /w:300/,
  ),
  url(
    "unknown preset",
    options("pr:thum"),
    "options",
    /preset: .*got "thum"/,
    /presets are thumb, grey, did you mean thumb\?/,
  ),
  url(
    "expired",
    options("exp:1000000000"),
    "options",
    /valid until 1000000000, 2001-09-09/,
    /sign a new URL/,
  ),
  url(
    "an operator's limit",
    options("msr:100"),
    "options",
    /IMGPROXY_ALLOW_SECURITY_OPTIONS/,
    /leave it out/,
  ),
  url("an option of Pro", options("br:10"), "options", /br: expected the name/, /imgproxy Pro/),
  url(
    "old style",
    signed("/fit/300/200/plain/s3://pictures/cat.jpg"),
    "source",
    /base64url/,
    /write rs:fit:300:200/,
  ),

  url(
    "misspelt extension",
    source("plain/s3://pictures/cat.jpg@jpge"),
    "format",
    /got "jpge"/,
    /did you mean jpeg\?/,
  ),
  url(
    "a format that is not written",
    source("plain/s3://pictures/cat.jpg@heic"),
    "format",
    /heic cannot be written/,
    /ask for one of jpeg/,
  ),
  url("an @ in the name", source("plain/s3://pictures/cat@2x.jpg"), "format", /got "2x.jpg"/, /written %40/),
  url("two @", source("plain/s3://pictures/cat@2x.jpg@webp"), "source", /expected one extension/, /%40/),
  url("a % in the name", source("plain/s3://pictures/100%.jpg"), "source", /percent-encoded/, /%25/),
  url(
    "plain left out",
    source("s3://pictures/cat.jpg"),
    "options",
    /s3: expected the name/,
    /put plain\/ before the source/,
  ),
  url("no scheme", source("plain/cat.jpg"), "source", /expected a scheme/, /s3:\/\/bucket\/cat\.jpg/),
  url("no key", source("plain/s3://pictures"), "source", /expected s3:\/\/bucket\/key/, /a bucket and a key/),
  url(
    "outside of the folder",
    source("plain/s3://pictures/../keys.json"),
    "source",
    /without \. and \.\./,
    /a bucket and a key/,
  ),
  url(
    "too long",
    source(`plain/s3://pictures/${"x".repeat(6200)}`),
    "path",
    /characters of at most 6144/,
    /./,
  ),

  url(
    "missing picture",
    source("plain/s3://pictures/cta.jpg"),
    "fetch",
    /cta\.jpg.*NoSuchKey/,
    /did you mean cat\.jpg\?/,
    running,
  ),
  url(
    "another bucket",
    source("plain/s3://photos/cat.jpg"),
    "fetch",
    /NoSuchBucket/,
    /s3:\/\/pictures\/key/,
    running,
  ),
  url(
    "another scheme",
    source("plain/ftp://pictures/cat.jpg"),
    "fetch",
    /no such scheme/,
    /s3:\/\/bucket\/key/,
    running,
  ),
  url(
    "a ? in the name",
    signed("/w:300/plain/s3://pictures/what").concat("?.jpg"),
    "fetch",
    /NoSuchKey/,
    /%3F/,
    running,
  ),
  url(
    "a file that is no picture",
    source("plain/s3://pictures/notes.jpg"),
    "open",
    /./,
    /no picture of a format that is read/,
    running,
  ),
  url("too many pixels", options("rs:force:60000:60000/el:1"), "plan", /./, /fewer pixels/, running),

  url("prefix left out", signed(cat), "path", /expected \/signature/, /begin the path with \/img/, {
    env: { IMGPROXY_PATH_PREFIX: "/img" },
  }),
  url(
    "signed with the prefix",
    `/img${under(digest(key, salt, `/img${cat}`))}`,
    "signature",
    notOfThis,
    /without the prefix \/img/,
    { env: { IMGPROXY_PATH_PREFIX: "/img" } },
  ),
  url(
    "a source that is not allowed",
    signed(cat),
    "source",
    /IMGPROXY_ALLOWED_SOURCES/,
    /begin with s3:\/\/photos\//,
    { env: { IMGPROXY_ALLOWED_SOURCES: "s3://photos/" } },
  ),
  url("an option that is not allowed", signed(cat), "options", /IMGPROXY_ALLOWED_PROCESSING_OPTIONS/, /./, {
    env: { IMGPROXY_ALLOWED_PROCESSING_OPTIONS: "pr" },
  }),
  url(
    "options where presets are",
    signed("/width:300/plain/s3://pictures/cat.jpg"),
    "options",
    /got "width"/,
    /presets are thumb, grey/,
    { env: { IMGPROXY_ONLY_PRESETS: "true" } },
  ),
];
