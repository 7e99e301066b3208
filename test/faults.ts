import { createServer, type Server, type Socket } from "node:net";

/** What the origin says on a connection once a whole request head is in; `sent` is that head. */
export type Fault = (socket: Socket, sent: string, nth: number) => void;

/** A TCP origin that answers as told, on a port of its own. */
export interface Origin extends AsyncDisposable {
  readonly endpoint: string;
  /** The heads of all requests so far. */
  readonly heads: readonly string[];
  /** Connections open at this moment. */
  readonly open: number;
}

/** Starts an origin on which every request meets `fault`. */
export async function origin(fault: Fault): Promise<Origin> {
  const heads: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => {});
    let received = "";
    socket.on("data", (bytes) => {
      received += bytes.toString("latin1");
      for (let end = received.indexOf("\r\n\r\n"); end >= 0; end = received.indexOf("\r\n\r\n")) {
        const head = received.slice(0, end);
        const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
        if (received.length < end + 4 + length) return;
        received = received.slice(end + 4 + length);
        fault(socket, head, heads.push(head) - 1);
      }
    });
  });
  const port = await listening(server);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    heads,
    get open() {
      return sockets.size;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address ? address.port : 0);
    });
  });
}

type Headers = Readonly<Record<string, string | number>>;

/** A response as bytes. `body` may be shorter or longer than the headers promise. */
export function message(status: number, headers: Headers = {}, body: string | Uint8Array = ""): Buffer {
  const given = { "Content-Length": body.length, ...headers };
  const lines = Object.entries(given).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} X\r\n${lines.join("")}\r\n`), Buffer.from(body)]);
}

/** An S3 error, as XML. */
export const s3Error = (status: number, code: string): Buffer =>
  message(
    status,
    { "Content-Type": "application/xml" },
    `<Error><Code>${code}</Code><Message>m</Message></Error>`,
  );

/** Faults that more than one test meets. `body` is what the object holds. */
export const faults = {
  answers:
    (bytes: Buffer): Fault =>
    (socket) =>
      socket.write(bytes),
  silence: (() => {}) satisfies Fault,
  /** Headers and half the body, then nothing. */
  stalls:
    (body: Uint8Array, headers: Headers = {}): Fault =>
    (socket) =>
      socket.write(message(200, { "Content-Length": body.length * 2, ...headers }, body)),
  /** Half the body, then a TCP reset. */
  resets:
    (body: Uint8Array, headers: Headers = {}): Fault =>
    (socket) =>
      socket.write(message(200, { "Content-Length": body.length * 2, ...headers }, body), () =>
        setTimeout(() => socket.resetAndDestroy(), 20),
      ),
  /** Half the body, then an orderly end. */
  endsEarly:
    (body: Uint8Array, headers: Headers = {}): Fault =>
    (socket) =>
      socket.end(message(200, { "Content-Length": body.length * 2, ...headers }, body)),
  /** The whole body, a byte every 20 ms. */
  trickles:
    (body: Uint8Array): Fault =>
    (socket) => {
      socket.write(message(200, { "Content-Length": body.length }, ""));
      let at = 0;
      const timer = setInterval(() => {
        if (at >= body.length || socket.destroyed) return clearInterval(timer);
        socket.write(body.subarray(at, ++at));
      }, 20);
      socket.on("close", () => clearInterval(timer));
    },
};
