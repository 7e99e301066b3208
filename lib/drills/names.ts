import { createSocket } from "node:dgram";
import { once } from "node:events";

/** What a name server says to a query. */
export type NameFault = "silent" | "NXDOMAIN" | "SERVFAIL";

/** A name server whose every name is 127.0.0.1. */
export interface NameServer {
  /** host:port */
  readonly address: string;
  /** Has the next queries go wrong, for this many ms. */
  fail(how: NameFault, ms: number): void;
  stop(): void;
}

const codes = { NXDOMAIN: 3, SERVFAIL: 2 } as const;
/** A record's type in a query. */
const A = 1;

/** Starts a name server on this machine. */
export async function startNameServer(): Promise<NameServer> {
  const socket = createSocket("udp4");
  let failing: NameFault | undefined;
  let until = 0;
  socket.on("message", (query, from) => {
    const fault = performance.now() < until ? failing : undefined;
    if (fault !== "silent") socket.send(answerTo(query, fault), from.port, from.address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return {
    address: `127.0.0.1:${socket.address().port}`,
    fail(how, ms) {
      failing = how;
      until = performance.now() + ms;
    },
    stop: () => socket.close(),
  };
}

function answerTo(query: Buffer, fault: Exclude<NameFault, "silent"> | undefined): Buffer {
  const end = query.indexOf(0, 12) + 5;
  const question = query.subarray(12, end);
  const found = fault === undefined && query.readUInt16BE(end - 4) === A;
  const head = Buffer.from(query.subarray(0, 12));
  head.writeUInt16BE(0x8180 | (fault ? codes[fault] : 0), 2);
  head.writeUInt16BE(found ? 1 : 0, 6);
  head.writeUInt32BE(0, 8);
  // The name asked for, A, IN, 0 s, 4 bytes.
  const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1]);
  return Buffer.concat(found ? [head, question, record] : [head, question]);
}
