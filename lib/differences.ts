/** Something that is answered otherwise than imgproxy answers it, on purpose. */
export interface Difference {
  /** What is so here, as a sentence without its full stop. */
  readonly here: string;
  /** What follows "because". */
  readonly because: string;
}

/** All of them; what is not among them is the same as in imgproxy. Tests name each (`test/on-purpose.ts`), the README shows them. */
export const differences = {
  nonFinite: {
    here: "A number that is not finite (`nan`, `inf`) is a 404",
    because: "it passes imgproxy's checks and ends in a 500 or in a picture nobody asked for",
  },
  negativeTurns: {
    here: "A negative `rotate` turns the other way",
    because: "imgproxy accepts it and fails",
  },
  manyOptions: {
    here: "A URL asks for at most 1,000 options, those of its presets included; more are a 404",
    because: "presets of presets multiply",
  },
  longUrl: {
    here: "A path longer than 6,144 characters is a 414",
    because: "it would not fit into the header in which the edge hands it on",
  },
  signatureSpelling: {
    here: "A signature is accepted as it is made, not as base64 could also spell it",
    because: "one picture would have four keys",
  },
  notUtf8: {
    here: "A source URL that is not UTF-8 is a 404",
    because: "no name of ours would tell which object it is",
  },
  objectNames: {
    here: "Buckets and keys are names: `..` in a key is a 404, and so is an ARN as bucket where `IMGPROXY_S3_ALLOWED_BUCKETS` does not list it",
    because: "they lead out of the bucket that was allowed",
  },
  otherStores: {
    here: "`gs://`, `abs://` and `swift://` are no sources",
    because: "the function runs beside S3",
  },
  privateAddresses: {
    here: "`IMGPROXY_ALLOW_PRIVATE_SOURCE_ADDRESSES` is `false`, and the prefix of local NAT64 is seen through as well",
    because: "a function in a VPC stands where others must not look",
  },
  redirectTargets: {
    here: "Where a redirect leads has to be http or https, and among `IMGPROXY_ALLOWED_SOURCES`, too; the address it came from is not told (`Referer`)",
    because: "a source that is allowed could lead anywhere",
  },
  webAttempts: {
    here: "An http source that fails is asked again, as long as there is time, and one that hangs up or speaks no HTTP is a 502",
    because: "what passes should not be seen, and the fault is the source's",
  },
  raw: {
    here: "A `raw` source is held to the limits of sources and comes whole or not at all; what a browser would run (HTML, SVG, and whatever is not known only to show) is an attachment, with `nosniff`; through CloudFront it is asked for whole, and CloudFront answers ranges and conditions of what it keeps",
    because:
      "whatever lies at a source would be a page of this domain, and what the edge asks for it keeps for all",
  },
  head: {
    here: "HEAD is answered as GET would be, without its body",
    because: "imgproxy says 200 to whatever is asked, and a CDN would repeat it",
  },
  ownWords: {
    here: "The landing page, a missing signature and `IMGPROXY_DEVELOPMENT_ERRORS_MODE` are told in our own words; behind CloudFront the latter in text, never as a page",
    because: "the words of imgproxy are its own, and the edge hands no Accept on",
  },
  ownEtag: {
    here: "An ETag is the picture's own and holds its source's",
    because:
      "with the source's alone, what was drawn under other settings would be taken for what would be drawn now",
  },
  fullFilename: {
    here: "A file name beyond ASCII is given twice in Content-Disposition (`filename*`), and cut to 255 bytes",
    because: "Lambda takes ASCII headers, and no file system takes longer names",
  },
  cors: {
    here: "`IMGPROXY_ALLOW_ORIGIN` is on every answer, health and landing page too",
    because: "CloudFront says it by one policy for all paths",
  },
  policyHeaders: {
    here: "Through CloudFront every answer says `X-Content-Type-Options: nosniff`, and a failure says Vary, too",
    because: "one policy speaks for all answers",
  },
  keptHeaders: {
    here: "Through CloudFront no answer has an `X-Request-ID`, which a cached one would have of whoever asked first; what S3 answers of the kept pictures has S3's own `Server`; a picture with a canonical link or debug headers is kept only where it is too big to be sent, without them",
    because: "the function is not asked for it, and S3 could not say them",
  },
  redirect: {
    here: "Unless answers are streamed (`responseStreaming`), a picture of more than 6 MB in base64 is a redirect to where it is kept",
    because: "Lambda takes no more",
  },
  errorCaching: {
    here: "Through CloudFront a failure may say `s-maxage`, 60 seconds at most; one that passes says `Retry-After`; a fallback image stays there as long as its failure would, unless `IMGPROXY_FALLBACK_IMAGE_TTL` is set",
    because: "a missing picture would be asked for by every viewer",
  },
  clientHints: {
    here: "Client hints are heard, and `IMGPROXY_RETURN_ATTACHMENT`; through CloudFront hints are rounded up to `SHUTTERSPEED_CLIENT_HINTS_*`",
    because:
      "imgproxy documents both and forgets to read them; and a URL may have only so many answers in a cache",
  },
  requestId: {
    here: "A client's `X-Request-ID` counts up to 128 characters",
    because: "it goes into every line of the log",
  },
  ownDeadline: {
    here: "`IMGPROXY_TIMEOUT` is unset, and the function's own timeout decides; the time left of it wins over `IMGPROXY_DOWNLOAD_TIMEOUT`",
    because: "an answer has to leave before Lambda ends the function",
  },
  noQueue: {
    here: "There is no queue, so no 429",
    because: "a function serves one request at a time, and Lambda starts another for the next",
  },
  clientGone: {
    here: "499 is never answered",
    because: "a function is not told that its client left",
  },
  resultLimit: {
    here: "A result may hold at most as many pixels as a source (`IMGPROXY_MAX_SRC_RESOLUTION`), and what the function could not hold is a 422 before anything is drawn",
    because: "memory is what the function was given, and running out of it is a crash",
  },
  resetIs502: {
    here: "A connection reset in the middle of a source is a 502",
    because: "the fault is the source's",
  },
  wholeSource: {
    here: "A source is read whole before its type is told, so a failure on the way is one of reading",
    because: "a body is whole or it is not served",
  },
  askedAgain: {
    here: "A source is asked for again for as long as the time left allows: a late first byte is raced, a broken body gone on with by `Range` and `If-Match`; what is not whole, or not what its ETag or checksum says, is not served",
    because: "most faults of S3 are over the next moment, and half a picture is none",
  },
  recentSources: {
    here: "Recent sources stay in memory, are asked for by their ETag, and stand in (`Warning: 110`) when the bucket fails",
    because: "a picture a minute old is better than none",
  },
  stepDown: {
    here: "What would not fit into the time left is written with less effort, then, where the URL names no format, in a cheaper one; then it is a 503",
    because: "sharp cannot be stopped, and Lambda ends a function that is late",
  },
  brokenIs422: {
    here: "A broken picture is a 422 in every format, BMP and ICO too, and so is a broken gzip",
    because: "no source may bring about a 500",
  },
  variables: {
    here: "A number below what makes sense stops the start, and an empty text is as good as none",
    because: "a deployment should not fail at its first request",
  },
  shrinkOnLoad: {
    here: "A JPEG, or a crop of one, is drawn from more of its pixels",
    because: "sharp shrinks less while it decodes, and the picture looks better",
  },
  wholePixels: {
    here: "Scales that come out whole on neither side distort pictures above a megapixel, and those that their decoder shrinks, by up to half a pixel",
    because: "sharp resizes to whole pixels",
  },
  palettes: {
    here: "The palette of a GIF has 2, 4, 16 or 256 colours",
    because: "sharp writes no others",
  },
  vectorSize: {
    here: "An SVG of half a pixel is drawn at its size",
    because: "imgproxy draws it larger and squeezes it",
  },
  strictSvg: {
    here: "An SVG that is answered loses more: every attribute that begins with `on`, elements that show other documents (`object`, `embed`, `link`, `meta` …), animations of references and handlers, addresses hidden behind control characters or entities, what `src` and its like load, what styles and properties load, `xml-stylesheet`, and whatever in a document type is more than text; an address of `image` and of links stays, as there",
    because:
      "an SVG may not run or load anything, even where a browser looks past the Content-Security-Policy",
  },
  hostileSvg: {
    here: "An SVG of more than 100,000 elements, 250 in each other, 16 layers in each other, 500 filters, 64 KB of style sheets or 50 pictures is refused, whether it is drawn or not",
    because: "it is made to hold a renderer or all memory",
  },
  windowsPictures: {
    here: "A BMP of 16 bits is drawn with or without masks, and a move in a packed one leads where it says; of an ICO the largest picture is drawn wherever it stands",
    because:
      "imgproxy draws the one black or not at all, the other a line off, and a smaller one of the third",
  },
  metadata: {
    here: "Of IPTC, what says whose a picture is stays in JPEGs alone; what would be left of EXIF and XMP that say nothing of it is left out, in an ICO all of both; a CMYK profile is not kept, and no thumbnail in a file is read",
    because: "sharp writes no IPTC, an emptied block tells nothing, and CMYK is sRGB once it is read",
  },
  webAssembly: {
    here: "HEIC and JPEG XL are read at 8 bits a channel, without EXIF, and as far as the function's memory goes: some 80 and 16 megapixels at 1769 MB; a JPEG XL that moves is its first frame",
    because: "they are decoded by WebAssembly, in a process that can be killed",
  },
  watermarkUrl: {
    here: "What was kept with a watermark stays when another comes to lie at `IMGPROXY_WATERMARK_URL`",
    because: "a key is told from the settings alone, at the edge too",
  },
  frames: {
    here: "The frames of an animation are held in the function's memory together, and are a 422 where they have no room; a frame is shown for 65 seconds at most",
    because: "sharp joins them in memory, and writes no longer delay",
  },
} as const satisfies Readonly<Record<string, Difference>>;

/** The name of one of them. */
export type DifferenceName = keyof typeof differences;
