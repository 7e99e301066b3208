import { Agent, request } from "node:http";
import { buffer } from "node:stream/consumers";

/** An answer read to its end. */
export interface Answer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** An answer that comes from no origin. */
export const ownAnswer = (status: number, text: string): Answer => ({
  status,
  headers: { "content-type": "text/plain" },
  body: Buffer.from(text),
});

const agent = new Agent({ keepAlive: true });

/** Asks a URL over plain HTTP and reads the whole answer, whatever its status. Redirects are answers too. */
export function ask(
  url: string,
  method: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asking = request(url, { agent, method, headers, signal }, (response) => {
      const entries = Object.entries(response.headersDistinct);
      const answer = {
        status: response.statusCode ?? 502,
        headers: Object.fromEntries(entries.map(([name, values]) => [name, values?.join(", ") ?? ""])),
      };
      buffer(response).then((body) => resolve({ ...answer, body }), reject);
    });
    asking.on("error", reject);
    asking.end();
  });
}
