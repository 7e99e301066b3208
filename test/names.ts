import { createSocket } from "node:dgram";
import { getServers, setServers } from "node:dns";

/** A name server of the test's own, which this process asks as long as it stands. */
export interface NameServer extends AsyncDisposable {
  /** How often it was asked for an IPv4 address. */
  readonly asked: number;
}

/** Starts one that answers every question for an IPv4 address by what `answer` says of the name and of how often it was asked; it knows no others. */
export async function startNames(
  answer: (name: string, nth: number) => readonly string[],
): Promise<NameServer> {
  const socket = createSocket("udp4");
  const before = getServers();
  let asked = 0;
  socket.on("message", (question, from) => {
    const isIPv4 = question.readUInt16BE(HEADER + nameLength(question)) === 1;
    const found = isIPv4 ? answer(nameIn(question), asked++) : [];
    socket.send(reply(question, found), from.port, from.address);
  });
  await new Promise<void>((resolve) => {
    socket.bind(0, "127.0.0.1", resolve);
  });
  setServers([`127.0.0.1:${socket.address().port}`]);
  return {
    get asked() {
      return asked;
    },
    async [Symbol.asyncDispose]() {
      setServers(before);
      socket.close();
    },
  };
}

/** bytes before the name that is asked for. */
const HEADER = 12;

function nameLength(message: Buffer): number {
  let at = HEADER;
  while (message[at]) at += (message[at] ?? 0) + 1;
  return at + 1 - HEADER;
}

function nameIn(message: Buffer): string {
  const labels: string[] = [];
  for (let at = HEADER; message[at]; at += (message[at] ?? 0) + 1)
    labels.push(message.toString("latin1", at + 1, at + 1 + (message[at] ?? 0)));
  return labels.join(".");
}

function reply(question: Buffer, addresses: readonly string[]): Buffer {
  const asked = question.subarray(0, HEADER + nameLength(question) + 4);
  const head = Buffer.from(asked);
  head.writeUInt16BE(0x8180, 2);
  head.writeUInt16BE(addresses.length, 6);
  head.writeUInt32BE(0, 8);
  const records = addresses.map((address) =>
    Buffer.from([0xc0, HEADER, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split(".").map(Number)]),
  );
  return Buffer.concat([head, ...records]);
}
