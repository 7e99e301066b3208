import type { IncomingMessage } from "node:http";
import { PassThrough, type Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { type StreamLimits, streamLimits } from "../../../lambda/streaming.ts";

/** What a function streams: what it says before the body, and the body as it comes. */
export interface Streamed {
  /** JSON of status and headers; `undefined` where the function says none. */
  readonly prelude: string | undefined;
  /** As fast as Lambda lets it. It ends with an error when the function fails or is killed meanwhile, or streams more than it may. */
  readonly body: Readable;
  /** Settles when the function has handed in all, or no more will come; never rejects. */
  readonly ended: Promise<void>;
}

/** Tells the Runtime API that a response is streamed, not handed in whole. */
export const isStreamed = ({ headers }: IncomingMessage): boolean =>
  headers["lambda-runtime-function-response-mode"] === "streaming";

/** What a stream with a prelude is called, and what divides the two. */
const PRELUDE_TYPE = "application/vnd.awslambda.http-integration-response";
const DELIMITER = Buffer.alloc(8);

/** A response as the runtime client streams it. Settles once its body begins; rejects when the function fails before. */
export async function streamedIn(
  request: IncomingMessage,
  limits: StreamLimits = streamLimits,
): Promise<Streamed> {
  const chunks = chunksOf(request);
  const prelude = request.headers["content-type"] === PRELUDE_TYPE ? DELIMITER : Buffer.alloc(0);
  let begun = Buffer.alloc(0);
  let at = -1;
  for (; at < 0; at = begun.indexOf(prelude)) {
    const { value, done } = await chunks.next();
    if (done && begun.length > 0) throw new Error("a stream that ended before its body");
    if (done) break;
    begun = Buffer.concat([begun, value]);
  }
  const body = new PassThrough();
  // Whoever reads it hears of it, if anybody still does.
  body.on("error", () => {});
  const ended = pump(begun.subarray(Math.max(0, at) + prelude.length), chunks, body, limits).catch(
    (error: Error) => {
      body.destroy(error);
    },
  );
  return { prelude: prelude.length > 0 ? begun.subarray(0, at).toString() : undefined, body, ended };
}

/** Throws at the end when the function failed after it had begun. */
async function* chunksOf(request: IncomingMessage): AsyncGenerator<Buffer, undefined> {
  for await (const chunk of request) yield Buffer.from(chunk);
  const failed = request.trailers["lambda-runtime-function-error-type"];
  if (failed !== undefined) throw new Error(`${failed} while it streamed`);
}

/** Hands on the burst at once, and what follows at Lambda's rate; to the end, also when nobody listens any more. */
async function pump(
  first: Buffer,
  chunks: AsyncGenerator<Buffer, undefined>,
  body: PassThrough,
  { bytes, burst, rate }: StreamLimits,
): Promise<void> {
  let sent = 0;
  let burstOver = 0;
  for (let chunk: Buffer | undefined = first; chunk; chunk = (await chunks.next()).value) {
    sent += chunk.length;
    if (sent > bytes) throw new Error(`a stream of more than ${bytes} bytes`);
    if (sent > burst) {
      burstOver ||= performance.now();
      await pause(Math.max(0, burstOver + (sent - burst) / rate - performance.now()));
    }
    if (!body.destroyed) body.write(chunk);
  }
  body.end();
}
