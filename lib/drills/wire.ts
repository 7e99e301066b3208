import { request as httpRequest } from "node:http";
import type { Socket } from "node:net";
import { buffer } from "node:stream/consumers";

/** What S3 answered, before it is passed on. */
export interface Answer {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
}

type Hear = (method: string, path: string, headers: readonly string[], body: Buffer) => void;

/** Hears of every request on a connection once all of it is here. */
export function readRequests(socket: Socket, hear: Hear): void {
  let received = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    for (let end = received.indexOf("\r\n\r\n"); end >= 0; end = received.indexOf("\r\n\r\n")) {
      const [line = "", ...headers] = received.subarray(0, end).toString("latin1").split("\r\n");
      const length = Number(
        /^content-length: (\d+)/i.exec(headers.find((one) => /^content-length:/i.test(one)) ?? "")?.[1] ?? 0,
      );
      if (received.length < end + 4 + length) return;
      const body = Buffer.from(received.subarray(end + 4, end + 4 + length));
      received = received.subarray(end + 4 + length);
      const [method = "", path = ""] = line.split(" ");
      hear(method, path, headers, body);
    }
  });
}

/** Asks an S3 what somebody else asked. */
export function ask(
  target: URL,
  method: string,
  path: string,
  lines: readonly string[],
  body: Buffer,
): Promise<Answer> {
  const headers = lines.flatMap((line) => {
    const at = line.indexOf(":");
    return [line.slice(0, at), line.slice(at + 1).trim()];
  });
  return new Promise((resolve, reject) => {
    const asking = httpRequest(
      { host: target.hostname, port: target.port, method, path, headers },
      (response) => {
        buffer(response).then(
          (whole) =>
            resolve({
              status: response.statusCode ?? 0,
              headers: headersOf(response.rawHeaders, whole.length, method, path),
              body: whole,
            }),
          reject,
        );
      },
    );
    asking.on("error", reject);
    asking.end(body);
  });
}

/** Of what lies under this name it is said that it is packed. */
const PACKED = "/packed.";

/** Without what belongs to the connection, and with a length. */
function headersOf(
  raw: readonly string[],
  length: number,
  method: string,
  path: string,
): readonly (readonly [string, string])[] {
  const pairs = Array.from(
    { length: raw.length / 2 },
    (_, at) => [raw[at * 2] ?? "", raw[at * 2 + 1] ?? ""] as const,
  );
  const kept = pairs.filter(
    ([name]) => !/^(connection|keep-alive|transfer-encoding|content-length)$/i.test(name),
  );
  // S3 tells the time, by which a client whose clock is wrong sets its own; the embedded one does not.
  if (!kept.some(([name]) => /^date$/i.test(name))) kept.push(["Date", new Date().toUTCString()]);
  // The embedded S3 would pack it once more, were it told.
  if (path.includes(PACKED)) kept.push(["Content-Encoding", "gzip"]);
  return method === "HEAD" ? kept : [...kept, ["Content-Length", `${length}`]];
}

/** The head of an answer, as it goes over the wire. */
export const headOf = ({ status, headers }: Pick<Answer, "status" | "headers">): Buffer =>
  Buffer.from(
    `HTTP/1.1 ${status} X\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`,
    "latin1",
  );

/** All of it, as it goes over the wire. */
export const bytesOf = (answer: Answer): Buffer => Buffer.concat([headOf(answer), answer.body]);
