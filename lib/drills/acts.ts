import type { Socket } from "node:net";
import { type Act, type Exchange, secured } from "./proxy.ts";
import { type Answer, bytesOf, headOf } from "./wire.ts";

/** How an act ends with a connection. */
export type End = "silence" | "RST" | "FIN";

/** Ends it so, once what was written before is out. */
const ending = (end: End, socket: Socket, tcp: Socket) => {
  // Who does not read does not hear of the end.
  if (socket === tcp) tcp.resume();
  if (end === "FIN") socket.end(() => tcp.end());
  if (end === "RST") setTimeout(() => tcp.resetAndDestroy(), 20);
};

/** A connection that is taken, and ended so. */
export const onAccept = (end: End): Act => ({ on: "accept", act: (tcp) => ending(end, tcp, tcp) });

/** A TLS handshake that is answered with these bytes, if any, and ended so. */
export const onHello = (end: End, bytes = ""): Act => ({
  on: "hello",
  act(tcp) {
    tcp.resume();
    if (bytes) tcp.write(bytes);
    ending(end, tcp, tcp);
  },
});

/** A TLS handshake with a certificate nobody trusts. */
export const foreignCertificate: Act = {
  on: "hello",
  act: (tcp, foreign) => {
    secured(tcp, foreign).on("error", () => {});
  },
};

/** A request that is answered with these bytes, and ended so. */
export const says = (bytes: string | Uint8Array, end: End): Act => ({
  on: "request",
  act({ socket, tcp }) {
    socket.write(bytes);
    ending(end, socket, tcp);
  },
});

/** A request that is answered by nothing, and ended so. */
export const unanswered = (end: End): Act => ({
  on: "request",
  act: ({ socket, tcp }) => ending(end, socket, tcp),
});

/** A request that is answered whole, and the connection is as good as before. */
export const answers = (status: number, headers: Readonly<Record<string, string>>, body = ""): Act => ({
  on: "request",
  act({ socket, keep }) {
    keep();
    const length = { "Content-Length": `${Buffer.byteLength(body)}` };
    socket.write(
      bytesOf({ status, headers: Object.entries({ ...length, ...headers }), body: Buffer.from(body) }),
    );
  },
});

/** A redirect to what was asked for. */
export const toItself: Act = {
  on: "request",
  act({ socket, keep, path }) {
    keep();
    const headers = [["Location", path] as const, ["Content-Length", "0"] as const];
    socket.write(headOf({ status: 302, headers }));
  },
};

/** A request that is passed on so many ms late. */
export const late = (ms: number): Act => ({
  on: "request",
  async act({ socket, answer, keep }) {
    const whole = await answer();
    setTimeout(() => {
      keep();
      if (!socket.destroyed) socket.write(bytesOf(whole));
    }, ms);
  },
});

/** S3's own answer, changed. */
export const changed = (
  change: (answer: Answer) => {
    readonly head?: Answer["headers"];
    readonly status?: number;
    readonly body?: Uint8Array;
  },
  end: End | "keep",
): Act => ({
  on: "request",
  async act({ socket, tcp, answer, keep }) {
    const whole = await answer();
    const { head = whole.headers, status = whole.status, body = whole.body } = change(whole);
    socket.write(Buffer.concat([headOf({ status, headers: head }), body]));
    if (end === "keep") keep();
    else ending(end, socket, tcp);
  },
});

/** S3's answer up to a part of its body, ended so. */
export const cutAt = (part: number, end: End): Act =>
  changed(({ body }) => ({ body: body.subarray(0, Math.floor(body.length * part)) }), end);

/** S3's answer in drops of so many bytes every 20 ms. */
export const inDrops = (bytes: number): Act => ({
  on: "request",
  act: (exchange) => drip(exchange, bytes),
});

const TICK = 20;

async function drip({ socket, answer, keep }: Exchange, bytes: number): Promise<void> {
  const { body, ...whole } = await answer();
  socket.write(headOf(whole));
  let at = 0;
  const timer = setInterval(() => {
    if (socket.destroyed || at >= body.length) {
      clearInterval(timer);
      if (!socket.destroyed) keep();
      return;
    }
    socket.write(body.subarray(at, at + bytes));
    at += bytes;
  }, TICK);
}

/** Bytes without end, after these. */
export const endless = (head: (answer: Answer) => Uint8Array, more: Uint8Array): Act => ({
  on: "request",
  async act({ socket, answer }) {
    socket.write(head(await answer()));
    const pour = () => {
      while (!socket.destroyed && socket.write(more));
    };
    socket.on("drain", pour);
    pour();
  },
});

/** Headers with one of another value; without a value, without it. */
export const withHeader = (headers: Answer["headers"], name: string, value?: string): Answer["headers"] => [
  ...headers.filter(([known]) => known.toLowerCase() !== name.toLowerCase()),
  ...(value === undefined ? [] : [[name, value] as const]),
];
