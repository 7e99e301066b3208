import { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";

/** What arrives of `body`, which is `message`, or made of it. Ends early when the other side closed before `length`; throws when the connection broke. */
export async function* chunks(
  body: Readable,
  length: number | undefined,
  message: unknown,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    // Node says ECONNRESET even when the other side just closed; only the socket knows better.
    const broken = !(message instanceof IncomingMessage) || message.complete || message.socket.errored;
    if (broken || signal.aborted || length === undefined) throw error;
  }
}
