import { didYouMean } from "../spelling.ts";
import { type Finding, type Phase, refuses } from "./finding.ts";

/** A failure of the function, as its log tells it. */
export interface Failed {
  /** The name of its class. */
  readonly name: string;
  readonly message: string;
}

const phases: Readonly<Record<string, Phase>> = {
  NoRoute: "path",
  UrlTooLong: "path",
  Forbidden: "signature",
  MissingSignature: "signature",
  InvalidUrl: "options",
  SecurityOption: "options",
  SourceNotAllowed: "source",
  SourceUnreachable: "fetch",
  SourceTimeout: "fetch",
  SourceIncomplete: "fetch",
  InvalidSource: "open",
  BrokenSource: "open",
  UnsupportedFormat: "format",
  ResultTooBig: "plan",
  NowhereToKeep: "keep",
  Timeout: "time",
};

const advice: Readonly<Record<string, string>> = {
  SourceTimeout: "raise IMGPROXY_DOWNLOAD_TIMEOUT, or the function's timeout",
  SourceIncomplete: "the file is shorter than it says; upload it again",
  InvalidSource:
    "it is no picture of a format that is read, or larger than IMGPROXY_MAX_SRC_RESOLUTION allows",
  BrokenSource: "the file begins like a picture and cannot be decoded; save it anew",
  ResultTooBig: "ask for fewer pixels, or raise IMGPROXY_MAX_SRC_RESOLUTION or the function's memory",
  NowhereToKeep: "the answer is too big for Lambda, and the derivative bucket did not take it",
  Timeout: "raise the function's timeout or memory, or ask for less",
};

/** What a failure that only the running function finds is about; `pictures` are the keys that are there. */
export function explainFailure({ name, message }: Failed, pictures: readonly string[] = []): Finding {
  const phase = phases[name] ?? "function";
  return refuses(
    phase,
    message,
    name === "SourceUnreachable" ? unreachable(message, pictures) : advice[name],
  );
}

function unreachable(message: string, pictures: readonly string[]): string {
  if (message.includes("no such scheme")) return "write the source as s3://bucket/key";
  if (message.includes("NoSuchBucket"))
    return "there is no such bucket; start has one, pictures: s3://pictures/key";
  const [, key = ""] = /s3:\/\/[^/]*\/(.*?)(: |$)/s.exec(message) ?? [];
  const meant = didYouMean(key, pictures).replace(/^, /, "");
  return meant || "see that the object is there, under just this key, and that the function may read it";
}
