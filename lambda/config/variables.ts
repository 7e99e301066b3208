import { formats } from "../formats.ts";
import {
  accessPoints,
  atLeast,
  base64Picture,
  date,
  defaultFormatQuality,
  endpoint,
  flag,
  formatList,
  formatQuality,
  hexList,
  integer,
  linesOfFile,
  list,
  matching,
  number,
  oneOf,
  optionalSeconds,
  patterns,
  pictureFile,
  readVariable,
  replacements,
  seconds,
  steps,
  text,
  urlPath,
  type Variable,
} from "./kinds.ts";

/** Every variable we know, by the name the code calls it. */
export const variables = {
  keys: hexList({
    name: "IMGPROXY_KEY",
    keyed: false,
    default: [],
    secret: true,
    doc: "Signing keys, hex. With several, each goes with the salt of the same place. Without keys every URL is served.",
  }),
  salts: hexList({
    name: "IMGPROXY_SALT",
    keyed: false,
    default: [],
    secret: true,
    doc: "Signing salts, hex, as many as keys.",
  }),
  keysSecret: text({
    name: "SHUTTERSPEED_KEYS_SECRET",
    keyed: false,
    default: "",
    doc: "A secret of Secrets Manager that holds keys and salts, as key:salt in hex, several separated by commas; in place of IMGPROXY_KEY and IMGPROXY_SALT. Set by the stack.",
  }),
  keysParameter: text({
    name: "SHUTTERSPEED_KEYS_PARAMETER",
    keyed: false,
    default: "",
    doc: "The same as a SecureString of SSM. Set by the stack.",
  }),
  keysDigest: text({
    name: "SHUTTERSPEED_KEYS_DIGEST",
    keyed: true,
    default: "",
    doc: "Tells apart pictures kept under other keys where the edge verifies no signatures. Set by the stack.",
  }),
  signatureSize: integer(
    1,
    32,
  )({
    name: "IMGPROXY_SIGNATURE_SIZE",
    keyed: false,
    default: 32,
    doc: "Bytes of the signature that count.",
  }),
  trustedSignatures: list({
    name: "IMGPROXY_TRUSTED_SIGNATURES",
    keyed: false,
    default: [],
    secret: true,
    doc: "Words accepted in place of a signature.",
  }),
  secret: matching(
    /^[ -~]+$/,
    "printable ASCII",
  )({
    name: "IMGPROXY_SECRET",
    keyed: false,
    default: "",
    secret: true,
    doc: "What requests have to say in Authorization, after Bearer; looked at by the edge, too. Health, landing page and OPTIONS need not.",
  }),
  pathPrefix: urlPath({
    name: "IMGPROXY_PATH_PREFIX",
    keyed: false,
    default: "",
    doc: "What every path begins with.",
  }),
  healthCheckPath: urlPath({
    name: "IMGPROXY_HEALTH_CHECK_PATH",
    keyed: false,
    default: "",
    doc: "Another path, beside /health, that tells the function is well.",
  }),

  downloadTimeout: seconds({
    name: "IMGPROXY_DOWNLOAD_TIMEOUT",
    keyed: false,
    default: 5,
    doc: "Seconds a source may take, body included. The function's remaining time always wins over it.",
  }),
  timeout: optionalSeconds({
    name: "IMGPROXY_TIMEOUT",
    keyed: false,
    default: undefined,
    doc: "Seconds a whole request may take. Unset, the function's own timeout decides.",
  }),
  ttl: integer(0)({
    name: "IMGPROXY_TTL",
    keyed: true,
    default: 31_536_000,
    doc: "Seconds of max-age; 0 answers no-cache.",
  }),
  cacheControlPassthrough: flag({
    name: "IMGPROXY_CACHE_CONTROL_PASSTHROUGH",
    keyed: true,
    default: false,
    doc: "Hand on the source's own Cache-Control or Expires.",
  }),
  useEtag: flag({
    name: "IMGPROXY_USE_ETAG",
    keyed: false,
    default: true,
    doc: "Answer with an ETag of the picture's own that holds its source's, which is asked for by the client's If-None-Match.",
  }),
  useLastModified: flag({
    name: "IMGPROXY_USE_LAST_MODIFIED",
    keyed: false,
    default: true,
    doc: "Hand on the source's Last-Modified, and the client's If-Modified-Since.",
  }),
  etagBuster: text({
    name: "IMGPROXY_ETAG_BUSTER",
    keyed: true,
    default: "",
    doc: "Another text, and no ETag answered before holds any more; nor is a kept picture answered.",
  }),
  lastModifiedBuster: date({
    name: "IMGPROXY_LAST_MODIFIED_BUSTER",
    keyed: true,
    default: undefined,
    doc: "A time (RFC 3339) before which no source counts as modified last.",
  }),
  debugHeaders: flag({
    name: "IMGPROXY_ENABLE_DEBUG_HEADERS",
    keyed: true,
    default: false,
    doc: "Answer with X-Origin-* and X-Result-* sizes. Pictures are not kept in the bucket then: S3 could not say them.",
  }),
  developmentErrorsMode: flag({
    name: "IMGPROXY_DEVELOPMENT_ERRORS_MODE",
    keyed: false,
    default: false,
    doc: "Answer failures with all that is known of them, stacks too: a page for browsers, text for others and behind the edge.",
  }),
  setCanonicalHeader: flag({
    name: "IMGPROXY_SET_CANONICAL_HEADER",
    keyed: true,
    default: false,
    doc: "Answer with a Link to the source, where that has an http address. Such pictures are not kept in the bucket: S3 could not say it.",
  }),
  allowOrigin: matching(
    /^[!-~]+$/,
    "an origin such as https://example.com, or *",
  )({
    name: "IMGPROXY_ALLOW_ORIGIN",
    keyed: true,
    default: "",
    doc: "The origin whose pages may read answers (CORS), or *.",
  }),

  argumentsSeparator: text({
    name: "IMGPROXY_ARGUMENTS_SEPARATOR",
    keyed: true,
    default: ":",
    doc: "What stands between an option and its arguments.",
  }),
  presets: text({
    name: "IMGPROXY_PRESETS",
    keyed: true,
    default: "",
    doc: "Presets, name=option:argument/option…; default is applied to every request.",
  }),
  presetsSeparator: text({
    name: "IMGPROXY_PRESETS_SEPARATOR",
    keyed: true,
    default: ",",
    doc: "What stands between presets.",
  }),
  presetsFile: linesOfFile({
    name: "IMGPROXY_PRESETS_PATH",
    keyed: true,
    file: true,
    default: [],
    doc: "A file of more presets, one a line; lines that begin with # say nothing. It is shipped with the function.",
  }),
  onlyPresets: flag({
    name: "IMGPROXY_ONLY_PRESETS",
    keyed: true,
    default: false,
    doc: "URLs name presets, nothing else.",
  }),
  allowedOptions: list({
    name: "IMGPROXY_ALLOWED_PROCESSING_OPTIONS",
    keyed: true,
    default: [],
    doc: "Options a URL may use, as spelled there; presets may use all.",
  }),
  base64UrlIncludesFilename: flag({
    name: "IMGPROXY_BASE64_URL_INCLUDES_FILENAME",
    keyed: true,
    default: false,
    doc: "The last part of a base64 URL is a file name for people.",
  }),
  baseUrl: text({
    name: "IMGPROXY_BASE_URL",
    keyed: true,
    default: "",
    doc: "What every source URL begins with.",
  }),
  urlReplacements: replacements({
    name: "IMGPROXY_URL_REPLACEMENTS",
    keyed: true,
    default: [],
    doc: "Rules that rewrite source URLs, pattern=replacement;…",
  }),
  sourceQuerySeparator: text({
    name: "IMGPROXY_SOURCE_URL_QUERY_SEPARATOR",
    keyed: true,
    default: "?",
    blank: "",
    doc: "What stands between an object's key and its version.",
  }),
  allowedSources: patterns({
    name: "IMGPROXY_ALLOWED_SOURCES",
    keyed: true,
    default: [],
    doc: "Prefixes of the source URLs that are served; unset, all are, but a stack sets s3:// then: pages of the web are to be listed.",
  }),
  maxRedirects: integer(0)({
    name: "IMGPROXY_MAX_REDIRECTS",
    keyed: true,
    default: 10,
    doc: "Redirects of an http source that are followed; each is held to all that holds for the first address.",
  }),
  userAgent: matching(
    /^[ -~]+$/,
    "printable ASCII",
  )({
    name: "IMGPROXY_USER_AGENT",
    keyed: true,
    default: "imgproxy/%current_version",
    doc: "What http sources are asked as.",
  }),
  clientKeepAlive: integer(0)({
    name: "IMGPROXY_CLIENT_KEEP_ALIVE_TIMEOUT",
    keyed: false,
    default: 90,
    doc: "Seconds a connection to an http source is kept at most; 0 keeps none. None is trusted that idled for 4.",
  }),
  ignoreSslVerification: flag({
    name: "IMGPROXY_IGNORE_SSL_VERIFICATION",
    keyed: true,
    default: false,
    doc: "Take https sources with whatever certificate.",
  }),
  cookiePassthrough: flag({
    name: "IMGPROXY_COOKIE_PASSTHROUGH",
    keyed: true,
    default: false,
    doc: "Hand the client's cookies on to http sources of its own host. Not behind CloudFront; such answers are not kept.",
  }),
  cookiePassthroughAll: flag({
    name: "IMGPROXY_COOKIE_PASSTHROUGH_ALL",
    keyed: true,
    default: false,
    doc: "With the former: to sources of any host.",
  }),
  cookieBaseUrl: text({
    name: "IMGPROXY_COOKIE_BASE_URL",
    keyed: true,
    default: "",
    doc: "Whose cookies they are: a URL of that host. Unset, of the host the request was sent to.",
  }),
  allowLoopback: flag({
    name: "IMGPROXY_ALLOW_LOOPBACK_SOURCE_ADDRESSES",
    keyed: true,
    default: false,
    doc: "Let http sources have loopback addresses.",
  }),
  allowLinkLocal: flag({
    name: "IMGPROXY_ALLOW_LINK_LOCAL_SOURCE_ADDRESSES",
    keyed: true,
    default: false,
    doc: "Let http sources have link-local addresses.",
  }),
  allowPrivate: flag({
    name: "IMGPROXY_ALLOW_PRIVATE_SOURCE_ADDRESSES",
    keyed: true,
    default: false,
    doc: "Let http sources have private addresses.",
  }),
  localRoot: text({
    name: "IMGPROXY_LOCAL_FILESYSTEM_ROOT",
    keyed: true,
    default: "",
    doc: "The folder of local:// sources, for npm start and containers; unset, there are none.",
  }),
  s3AssumeRoleArn: matching(
    /^arn:[\w-]+:iam::\d+:role\/\S+$/,
    "the ARN of a role",
  )({
    name: "IMGPROXY_S3_ASSUME_ROLE_ARN",
    keyed: true,
    default: "",
    doc: "The role with which source buckets are read; the function's own has to be allowed to assume it.",
  }),
  s3AssumeRoleExternalId: text({
    name: "IMGPROXY_S3_ASSUME_ROLE_EXTERNAL_ID",
    keyed: false,
    default: "",
    secret: true,
    doc: "The external ID that role asks for.",
  }),
  s3AccessPoints: accessPoints({
    name: "IMGPROXY_S3_ACCESS_POINTS",
    keyed: true,
    default: [],
    doc: "Names that stand in s3:// URLs for access points, name=ARN;…",
  }),
  s3AllowedBuckets: list({
    name: "IMGPROXY_S3_ALLOWED_BUCKETS",
    keyed: true,
    default: [],
    doc: "Buckets that may be read; unset, all the function's role may read. A stack sets its source buckets.",
  }),
  s3DeniedBuckets: list({
    name: "IMGPROXY_S3_DENIED_BUCKETS",
    keyed: true,
    default: [],
    doc: "Buckets that may not be read.",
  }),
  s3Region: matching(
    /^[\w-]+$/,
    "a region such as eu-central-1",
  )({
    name: "IMGPROXY_S3_REGION",
    keyed: true,
    default: "",
    doc: "The buckets' region; unset, the function's own.",
  }),
  s3Endpoint: endpoint({
    name: "IMGPROXY_S3_ENDPOINT",
    keyed: true,
    default: "",
    doc: "Another S3 to talk to.",
  }),
  s3EndpointUsePathStyle: flag({
    name: "IMGPROXY_S3_ENDPOINT_USE_PATH_STYLE",
    keyed: false,
    default: true,
    doc: "Buckets of IMGPROXY_S3_ENDPOINT stand in the path, not in the host name.",
  }),

  maxSrcResolution: number(0)({
    name: "IMGPROXY_MAX_SRC_RESOLUTION",
    keyed: true,
    default: 50,
    doc: "Megapixels a source, or a result, may hold.",
  }),
  maxSrcFileSize: integer(0)({
    name: "IMGPROXY_MAX_SRC_FILE_SIZE",
    keyed: true,
    default: 0,
    doc: "Bytes a source may have; 0 is no limit.",
  }),
  maxAnimationFrames: integer(1)({
    name: "IMGPROXY_MAX_ANIMATION_FRAMES",
    keyed: true,
    default: 1,
    doc: "Frames of an animation that are drawn; 1 makes it a still.",
  }),
  maxAnimationFrameResolution: atLeast(0)({
    name: "IMGPROXY_MAX_ANIMATION_FRAME_RESOLUTION",
    keyed: true,
    default: 0,
    doc: "Megapixels a frame of an animation may hold; 0 holds all frames together to IMGPROXY_MAX_SRC_RESOLUTION.",
  }),
  pngUnlimited: flag({
    name: "IMGPROXY_PNG_UNLIMITED",
    keyed: true,
    default: false,
    doc: "Read PNGs beyond what libpng takes for safe, such as long texts.",
  }),
  svgUnlimited: flag({
    name: "IMGPROXY_SVG_UNLIMITED",
    keyed: true,
    default: false,
    doc: "Read SVGs beyond what libxml takes for safe, such as texts above 10 MB. What holds of them here still does.",
  }),
  tiffUnlimited: flag({
    name: "IMGPROXY_TIFF_UNLIMITED",
    keyed: true,
    default: false,
    doc: "Read TIFFs beyond the memory that libtiff takes for safe.",
  }),
  maxResultDimension: integer(0)({
    name: "IMGPROXY_MAX_RESULT_DIMENSION",
    keyed: true,
    default: 0,
    doc: "px; larger results are scaled down to it; 0 is no limit.",
  }),
  allowSecurityOptions: flag({
    name: "IMGPROXY_ALLOW_SECURITY_OPTIONS",
    keyed: true,
    default: false,
    doc: "URLs may set the limits above themselves, by options of the same names.",
  }),

  quality: integer(
    1,
    100,
  )({ name: "IMGPROXY_QUALITY", keyed: true, default: 80, doc: "Quality of lossy formats." }),
  formatQuality: formatQuality({
    name: "IMGPROXY_FORMAT_QUALITY",
    keyed: true,
    default: defaultFormatQuality,
    doc: "Quality by format, over IMGPROXY_QUALITY.",
  }),
  preferredFormats: formatList({
    name: "IMGPROXY_PREFERRED_FORMATS",
    keyed: true,
    default: ["jpeg", "png", "gif"],
    doc: "Formats answered in when nothing else decides.",
  }),
  autoWebp: flag({
    name: "IMGPROXY_AUTO_WEBP",
    keyed: true,
    default: false,
    doc: "Answer WebP to whoever accepts it, unless the URL names a format.",
  }),
  autoAvif: flag({
    name: "IMGPROXY_AUTO_AVIF",
    keyed: true,
    default: false,
    doc: "Answer AVIF to whoever accepts it, unless the URL names a format.",
  }),
  enforceWebp: flag({
    name: "IMGPROXY_ENFORCE_WEBP",
    keyed: true,
    default: false,
    doc: "Answer WebP to whoever accepts it, even where the URL names another format.",
  }),
  autoJxl: flag({
    name: "IMGPROXY_AUTO_JXL",
    keyed: true,
    default: false,
    doc: "Answer JPEG XL to whoever accepts it, unless the URL names a format.",
  }),
  enforceJxl: flag({
    name: "IMGPROXY_ENFORCE_JXL",
    keyed: true,
    default: false,
    doc: "Answer JPEG XL to whoever accepts it, even where the URL names another format.",
  }),
  enforceAvif: flag({
    name: "IMGPROXY_ENFORCE_AVIF",
    keyed: true,
    default: false,
    doc: "Answer AVIF to whoever accepts it, even where the URL names another format.",
  }),
  enableClientHints: flag({
    name: "IMGPROXY_ENABLE_CLIENT_HINTS",
    keyed: true,
    default: false,
    doc: "Take width and dpr from the client's Sec-CH-Width, Width, Sec-CH-DPR and DPR, unless the URL or a preset says them.",
  }),
  clientHintsWidths: steps(
    65_535,
    true,
  )({
    name: "SHUTTERSPEED_CLIENT_HINTS_WIDTHS",
    keyed: false,
    default: [80, 160, 320, 480, 640, 960, 1280, 1600, 1920, 2560, 3840],
    doc: "px; the edge takes a width hinted at for the next of these, or the last, so that a URL has few answers.",
  }),
  clientHintsDprs: steps(
    8,
    false,
  )({
    name: "SHUTTERSPEED_CLIENT_HINTS_DPRS",
    keyed: false,
    default: [1, 1.5, 2, 3, 4],
    doc: "The same for dpr.",
  }),
  jpegProgressive: flag({
    name: "IMGPROXY_JPEG_PROGRESSIVE",
    keyed: true,
    default: false,
    doc: "Progressive JPEG.",
  }),
  pngInterlaced: flag({
    name: "IMGPROXY_PNG_INTERLACED",
    keyed: true,
    default: false,
    doc: "Interlaced PNG.",
  }),
  pngQuantize: flag({
    name: "IMGPROXY_PNG_QUANTIZE",
    keyed: true,
    default: false,
    doc: "PNG with a palette.",
  }),
  pngQuantizationColors: integer(
    2,
    256,
  )({ name: "IMGPROXY_PNG_QUANTIZATION_COLORS", keyed: true, default: 256, doc: "Colours of that palette." }),
  webpEffort: integer(
    1,
    6,
  )({
    name: "IMGPROXY_WEBP_EFFORT",
    keyed: true,
    default: 4,
    doc: "How hard WebP tries, 1 fast to 6 small.",
  }),
  webpPreset: oneOf(["default", "photo", "picture", "drawing", "icon", "text"])({
    name: "IMGPROXY_WEBP_PRESET",
    keyed: true,
    default: "default",
    doc: "What WebP is set for: default, photo, picture, drawing, icon or text.",
  }),
  avifSpeed: integer(
    0,
    9,
  )({ name: "IMGPROXY_AVIF_SPEED", keyed: true, default: 8, doc: "How fast AVIF is, 0 small to 9 fast." }),
  skipProcessingFormats: formatList({
    name: "IMGPROXY_SKIP_PROCESSING_FORMATS",
    keyed: true,
    default: [],
    doc: "Formats whose sources are answered as they are, unless the URL names another format.",
  }),
  alwaysRasterizeSvg: flag({
    name: "IMGPROXY_ALWAYS_RASTERIZE_SVG",
    keyed: true,
    default: false,
    doc: "Draw SVG even where the URL names no format; otherwise it is answered as SVG.",
  }),
  sanitizeSvg: flag({
    name: "IMGPROXY_SANITIZE_SVG",
    keyed: true,
    default: true,
    doc: "Answer SVG without scripts, handlers and what it would load.",
  }),
  jxlEffort: integer(
    1,
    9,
  )({
    name: "IMGPROXY_JXL_EFFORT",
    keyed: true,
    default: 4,
    doc: "How hard JPEG XL tries, 1 fast to 9 small.",
  }),
  stripMetadata: flag({
    name: "IMGPROXY_STRIP_METADATA",
    keyed: true,
    default: true,
    doc: "Drop EXIF, XMP and IPTC.",
  }),
  keepCopyright: flag({
    name: "IMGPROXY_KEEP_COPYRIGHT",
    keyed: true,
    default: true,
    doc: "Keep of them what says whose the picture is.",
  }),
  stripColorProfile: flag({
    name: "IMGPROXY_STRIP_COLOR_PROFILE",
    keyed: true,
    default: true,
    doc: "Make colours sRGB's and drop the profile.",
  }),
  preserveHdr: flag({
    name: "IMGPROXY_PRESERVE_HDR",
    keyed: true,
    default: false,
    doc: "Keep more than 8 bits a channel in PNG, TIFF and AVIF.",
  }),
  enforceThumbnail: flag({
    name: "IMGPROXY_ENFORCE_THUMBNAIL",
    keyed: true,
    default: false,
    doc: "Accepted; no thumbnail of a file is read.",
  }),
  useLinearColorspace: flag({
    name: "IMGPROXY_USE_LINEAR_COLORSPACE",
    keyed: true,
    default: false,
    doc: "Scale by light, in linear colours: slower, and truer where bright and dark meet.",
  }),
  disableShrinkOnLoad: flag({
    name: "IMGPROXY_DISABLE_SHRINK_ON_LOAD",
    keyed: true,
    default: false,
    doc: "Decode JPEG and WebP whole before they are scaled: slower, and sharper.",
  }),
  autoRotate: flag({
    name: "IMGPROXY_AUTO_ROTATE",
    keyed: true,
    default: true,
    doc: "Turn pictures upright by their EXIF orientation.",
  }),

  returnAttachment: flag({
    name: "IMGPROXY_RETURN_ATTACHMENT",
    keyed: true,
    default: false,
    doc: "Have browsers save pictures instead of showing them.",
  }),
  fallbackData: base64Picture({
    name: "IMGPROXY_FALLBACK_IMAGE_DATA",
    keyed: true,
    default: undefined,
    doc: "What is drawn when a source cannot be had, a picture in base64; goes before the other two.",
  }),
  fallbackFile: pictureFile({
    name: "IMGPROXY_FALLBACK_IMAGE_PATH",
    keyed: true,
    file: true,
    default: undefined,
    doc: "A file with the fallback image; it is shipped with the function.",
  }),
  fallbackUrl: text({
    name: "IMGPROXY_FALLBACK_IMAGE_URL",
    keyed: true,
    default: "",
    doc: "Where the fallback image lies. It is looked at again after five minutes.",
  }),
  fallbackHttpCode: integer(
    0,
    599,
  )({
    name: "IMGPROXY_FALLBACK_IMAGE_HTTP_CODE",
    keyed: true,
    default: 200,
    doc: "Status of an answer with the fallback image; 0, and what is no status, is that of the failure.",
  }),
  fallbackTtl: integer(0)({
    name: "IMGPROXY_FALLBACK_IMAGE_TTL",
    keyed: true,
    default: 0,
    doc: "Seconds of max-age of such an answer; 0 is IMGPROXY_TTL.",
  }),
  watermarkData: base64Picture({
    name: "IMGPROXY_WATERMARK_DATA",
    keyed: true,
    default: undefined,
    doc: "The watermark, a picture in base64; goes before the other two.",
  }),
  watermarkFile: pictureFile({
    name: "IMGPROXY_WATERMARK_PATH",
    keyed: true,
    file: true,
    default: undefined,
    doc: "A file with the watermark; it is shipped with the function.",
  }),
  watermarkUrl: text({
    name: "IMGPROXY_WATERMARK_URL",
    keyed: true,
    default: "",
    doc: "Where the watermark lies, s3://bucket/key. It is looked at again after five minutes; what was drawn and kept with another stays.",
  }),
  watermarkOpacity: number(
    0,
    1,
  )({
    name: "IMGPROXY_WATERMARK_OPACITY",
    keyed: true,
    default: 1,
    doc: "What the opacity in a URL is multiplied by.",
  }),

  memorySize: integer(128)({
    name: "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    keyed: false,
    default: 1769,
    doc: "MB the function has; set by Lambda. What cannot be drawn in them is refused.",
  }),
  recentShare: integer(
    0,
    50,
  )({
    name: "SHUTTERSPEED_RECENT_SHARE",
    keyed: false,
    default: 5,
    doc: "Percent of the function's memory for sources it had not long ago; 0 keeps none.",
  }),
  recentSeconds: integer(0)({
    name: "SHUTTERSPEED_RECENT_SECONDS",
    keyed: false,
    default: 0,
    doc: "Seconds such a source is taken without asking whether it has changed.",
  }),
  functionName: text({
    name: "AWS_LAMBDA_FUNCTION_NAME",
    keyed: false,
    default: "",
    doc: "What the function is called; set by Lambda. A dimension of its metrics.",
  }),
  derivativesBucket: text({
    name: "SHUTTERSPEED_DERIVATIVES_BUCKET",
    keyed: false,
    default: "",
    doc: "The bucket finished pictures are kept in; unset, none are. Set by the stack.",
  }),
  responseStreaming: flag({
    name: "SHUTTERSPEED_RESPONSE_STREAMING",
    keyed: false,
    default: false,
    doc: "The function's URL streams (RESPONSE_STREAM): pictures of up to 200 MB are answered without a redirect, where the time left is enough. Set by the stack (responseStreaming), which sets the URL to match.",
  }),
  keepAfter: integer(0)({
    name: "SHUTTERSPEED_KEEP_AFTER",
    keyed: false,
    default: 200,
    doc: "Predicted ms of drawing from which a picture is kept; below, drawing it again is cheaper than storing it.",
  }),
} as const satisfies Record<string, Variable<never> | Variable<unknown>>;

/** The environment, read once at cold start. */
export type Config = { readonly [K in keyof typeof variables]: (typeof variables)[K]["default"] };

/** Reads the environment. Throws one sentence that names the variable when a value is nonsense. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const config = Object.fromEntries(
    Object.entries<Variable>(variables).map(([key, says]) => [key, readVariable(says, env)]),
  ) as unknown as Config;
  if (config.keys.length !== config.salts.length) {
    throw new Error(
      `IMGPROXY_KEY and IMGPROXY_SALT: expected as many keys as salts, got ${config.keys.length} and ${config.salts.length}`,
    );
  }
  if (config.preferredFormats.every((format) => !formats[format].writes)) {
    throw new Error("IMGPROXY_PREFERRED_FORMATS: expected at least one format that can be written");
  }
  return config;
}
