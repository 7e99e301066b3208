/** Everything we can answer that is not a picture: a status, and all the client is told. */
export abstract class Failure extends Error {
  abstract readonly status: number;
  /** The whole public body. Detail goes into `message` and `cause`, to the log. */
  abstract readonly publicMessage: string;
  /** Seconds a CDN may repeat this answer. */
  readonly cacheFor: number = 0;
  /** Seconds after which asking again makes sense. */
  readonly retryAfter: number | undefined = undefined;
  /** Written out, for a bundle shortens the names of classes. */
  abstract override readonly name: string;
}

/** The URL does not say anything we can follow: unknown words, bad arguments, no source, expired. */
export class InvalidUrl extends Failure {
  override readonly name = "InvalidUrl";
  readonly status = 404;
  readonly publicMessage = "Invalid URL";
  override readonly cacheFor = 10;
}

/** The URL is longer than we read. */
export class UrlTooLong extends Failure {
  override readonly name = "UrlTooLong";
  readonly status = 414;
  readonly publicMessage = "URL is too long";
  override readonly cacheFor = 10;
}

/** An option that would lift a limit of the operator's. */
export class SecurityOption extends Failure {
  override readonly name = "SecurityOption";
  readonly status = 403;
  readonly publicMessage = "Invalid URL";
  override readonly cacheFor = 10;
}

/** The signature is not one of ours. */
export class Forbidden extends Failure {
  override readonly name: string = "Forbidden";
  readonly status = 403;
  readonly publicMessage: string = "Forbidden";
  override readonly cacheFor = 10;
}

/** A processing option stands where the signature should be. */
export class MissingSignature extends Forbidden {
  override readonly name = "MissingSignature";
  override readonly publicMessage =
    "The first part of the URL is taken for its signature, and this one looks like a processing option. Put a signature before the options; without keys any word will do.";
}

/** The source is not among `IMGPROXY_ALLOWED_SOURCES`. */
export class SourceNotAllowed extends Failure {
  override readonly name = "SourceNotAllowed";
  readonly status = 404;
  readonly publicMessage = "Invalid source URL";
  override readonly cacheFor = 10;
}

/** The source could not be had: no such scheme, bucket or host; refused; or it answered with an error of its own. */
export class SourceUnreachable extends Failure {
  override readonly name = "SourceUnreachable";
  readonly status: number;
  readonly publicMessage = "Source is unreachable";
  /** A source that is missing may be asked for by a whole page of viewers; a store that fails may be well again at once. */
  override readonly cacheFor: number;

  constructor(
    message: string,
    options: ErrorOptions & { readonly status?: number; readonly cacheFor?: number } = {},
  ) {
    super(message, options);
    this.status = options.status ?? 404;
    this.cacheFor = options.cacheFor ?? (this.status < 500 ? 10 : 0);
  }
}

/** The source did not come in time. */
export class SourceTimeout extends Failure {
  override readonly name = "SourceTimeout";
  readonly status = 504;
  readonly publicMessage = "Source is unreachable";
  /** It may come in time the next moment; but not for a whole page of viewers at once. */
  override readonly cacheFor = 1;
  override readonly retryAfter = 1;
}

/** The body ended before its announced length. */
export class SourceIncomplete extends Failure {
  override readonly name = "SourceIncomplete";
  readonly status = 422;
  readonly publicMessage = "Source response is incomplete";
}

/** The source is no picture we know, or larger than we are willing to open. */
export class InvalidSource extends Failure {
  override readonly name = "InvalidSource";
  readonly status = 422;
  readonly publicMessage = "Invalid source image";
  override readonly cacheFor = 60;
}

/** The source looked like a picture until it was decoded. */
export class BrokenSource extends Failure {
  override readonly name = "BrokenSource";
  readonly status = 422;
  readonly publicMessage = "Broken or unsupported image";
  override readonly cacheFor = 60;
}

/** An SVG that cannot be made harmless, for it is no XML. */
export class BrokenSvg extends Failure {
  override readonly name = "BrokenSvg";
  readonly status = 422;
  readonly publicMessage = "Broken or unsupported SVG image";
  override readonly cacheFor = 60;
}

/** The configured watermark cannot be had: imgproxy would not have started. */
export class WatermarkUnavailable extends Failure {
  override readonly name = "WatermarkUnavailable";
  readonly status = 503;
  readonly publicMessage = "Watermark is unavailable";
  override readonly retryAfter = 5;
}

/** The configured watermark is no picture that can be drawn, or too large. */
export class InvalidWatermark extends Failure {
  override readonly name = "InvalidWatermark";
  readonly status = 422;
  readonly publicMessage = "Invalid watermark image";
}

/** A format is known, but not one we can read or write. */
export class UnsupportedFormat extends Failure {
  override readonly name = "UnsupportedFormat";
  readonly status = 422;
  readonly publicMessage = "Invalid URL";
  override readonly cacheFor = 60;
}

/** What was asked for would hold more pixels than we are willing to draw. */
export class ResultTooBig extends Failure {
  override readonly name = "ResultTooBig";
  readonly status = 422;
  readonly publicMessage = "Result image is too big";
  override readonly cacheFor = 60;
}

/** The answer does not fit into a response and could not be kept anywhere to point to. */
export class NowhereToKeep extends Failure {
  override readonly name = "NowhereToKeep";
  readonly status = 503;
  readonly publicMessage = "Result image is too big to be sent and could not be stored";
  override readonly retryAfter = 5;
}

/** The time of the whole request is used up. */
export class Timeout extends Failure {
  override readonly name = "Timeout";
  readonly status = 503;
  readonly publicMessage = "Timeout";
  override readonly cacheFor = 1;
  override readonly retryAfter = 1;
}

/** As many requests are served and waiting as may be; of a server, for Lambda asks a function for one at a time. */
export class TooManyRequests extends Failure {
  override readonly name = "TooManyRequests";
  readonly status = 429;
  readonly publicMessage = "Too many requests";
  override readonly retryAfter = 1;
}

/** Nobody waits for the answer any more; only the log hears of it. */
export class Cancelled extends Failure {
  override readonly name = "Cancelled";
  readonly status = 499;
  readonly publicMessage = "Cancelled";
}

/** There is nothing at this path or for this method. */
export class NoRoute extends Failure {
  override readonly name = "NoRoute";
  readonly status = 404;
  readonly publicMessage = " ";
  override readonly cacheFor = 10;
}

/** A fault of ours: nothing a request says may bring it about. */
export class InternalError extends Failure {
  override readonly name = "InternalError";
  readonly status = 500;
  readonly publicMessage = "Internal error";
}
