import { Readable } from "node:stream";
import { NodeHttpHandler } from "@smithy/node-http-handler";

/** bytes of an error's body that are read; S3's own have some hundred. */
const MAX_ERROR_BODY = 64 * 1024;

/** HTTP as the SDK has it, but of an answer that is an error no more is read than an error needs. */
export class ShortErrorsHandler extends NodeHttpHandler {
  override async handle(...[request, options]: Parameters<NodeHttpHandler["handle"]>) {
    const output = await super.handle(request, options);
    const { response } = output;
    if (response.statusCode >= 300 && response.body instanceof Readable) {
      response.body = Readable.from(beginning(response.body));
    }
    return output;
  }
}

/** The first bytes of a body; the rest is let go. */
async function* beginning(body: Readable): AsyncGenerator<Uint8Array> {
  let left = MAX_ERROR_BODY;
  for await (const chunk of body) {
    yield chunk.subarray(0, left);
    left -= chunk.length;
    if (left <= 0) return;
  }
}
