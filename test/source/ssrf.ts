import { subscribe } from "node:diagnostics_channel";
import { createServer } from "node:http";
import { Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { Deadline } from "../../lambda/deadline.ts";
import { limitsOf } from "../../lambda/options/limits.ts";
import { fetchSource } from "../../lambda/source/fetch.ts";
import { unwrapped } from "../../lambda/store/addresses.ts";
import { listen } from "../../lib/local/listen.ts";
import { startNames } from "../names.ts";
import { servicesOf } from "../services.ts";

/** What became of a URL that leads inside. */
export interface Escape {
  /** The host, as the URL writes it; before it, the redirects that lead to it. */
  readonly written: string;
  readonly resolvesTo: string;
  /** Where it was refused. */
  readonly refused: string;
  /** Addresses inside that were dialled for it; there are to be none. */
  readonly dialled: readonly string[];
}

/** Addresses in all their disguises, as a URL may write them. */
const hosts = [
  ..."127.0.0.1 127.255.255.254 127.1 2130706433 0x7f000001 0x7f.1 0177.0.0.1 017700000001 0 0.0.0.0 127.0.0.1.".split(
    " ",
  ),
  ..."１２７.0.0.1 127。0。0。1 ①②⑦.0.0.1 %31%32%37.0.0.1 user:word@127.0.0.1".split(" "),
  ..."10.0.0.1 172.16.0.1 192.168.0.1 100.64.0.1 169.254.169.254 2852039166 0xa9fea9fe 224.0.0.1".split(" "),
  ..."[::1] [::] [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1] [::ffff:0:127.0.0.1]".split(
    " ",
  ),
  ..."[64:ff9b::127.0.0.1] [64:ff9b::a9fe:a9fe] [64:ff9b:1:7f00:0:100::] [64:ff9b:1::a00:1] [64ff:9b01:0:a00:0:100:0:0]".split(
    " ",
  ),
  ..."[2002:7f00:1::] [2002:a9fe:a9fe::1] [2001::80ff:fffe] [2001:0:1:2:3:4:f5ff:fffe]".split(" "),
  ..."[2001:db8::5efe:7f00:1] [2001:db8::200:5efe:a9fe:a9fe] [fe80::1] [fd00:ec2::254] [ff02::1] [ff12::1]".split(
    " ",
  ),
];

/** Names, with the answers of the test's own name server: one after the other, each as often as it is asked. */
const names: Readonly<Record<string, readonly (readonly string[])[]>> = {
  "inside.test": [["127.0.0.1"]],
  "metadata.test": [["169.254.169.254"]],
  "private.test": [["10.1.2.3"]],
  "several.test": [["127.0.0.1", "10.0.0.1", "169.254.169.254"]],
  // 192.0.2.1 is nobody's: what may be dialled, and does not answer.
  "mixed.test": [["192.0.2.1", "127.0.0.1"]],
  "rebinding.test": [["192.0.2.1"], ["127.0.0.1"]],
  "turning.test": [["127.0.0.1"], ["192.0.2.1"], ["169.254.169.254"], ["192.0.2.1"]],
};

/** Addresses that Node dials, as its sockets tell. */
const attempts: string[] = [];
let watched = false;
function watch(): void {
  if (watched) return;
  watched = true;
  subscribe("net.client.socket", (message) => {
    const socket = typeof message === "object" && message && "socket" in message && message.socket;
    if (socket instanceof Socket) socket.on("connectionAttempt", (address: string) => attempts.push(address));
  });
}

const OUTSIDE = "192.0.2.1";

/** Asks for every such URL as the function would, with a server on loopback that would be reached. */
export async function tryEscapes(): Promise<readonly Escape[]> {
  watch();
  let reached = 0;
  const inner = createServer((_, response) => response.end("inside"));
  inner.on("connection", () => reached++);
  const port = await listen(inner);
  const found: Escape[] = [];
  const count = new Map<string, number>();
  await using _names = await startNames((name) => {
    const answers = names[name] ?? [];
    const nth = count.get(name) ?? 0;
    count.set(name, nth + 1);
    return answers[nth % Math.max(1, answers.length)] ?? [];
  });
  const closed = servicesOf({ SHUTTERSPEED_RECENT_SHARE: "0" });
  for (const host of hosts) found.push(await tried(`http://${host}:${port}/`, host, meaning(host), closed));
  for (const [name, answers] of Object.entries({ localhost: [["127.0.0.1", "::1"]], ...names }))
    found.push(
      await tried(
        `http://${name}:${port}/`,
        name,
        answers.map((all) => all.join(" ")).join(", then "),
        closed,
      ),
    );
  found.push(...(await redirected(port)));
  inner.closeAllConnections();
  inner.close();
  if (reached > 0) throw new Error(`${reached} connections came to a server inside`);
  return found;
}

/** By redirects, from a server on an address of this machine's that is allowed; where it has one. */
async function redirected(port: number): Promise<readonly Escape[]> {
  const own = Object.values(networkInterfaces())
    .flat()
    .find((one) => one?.family === "IPv4" && !one.internal && !one.address.startsWith("169.254."))?.address;
  if (own === undefined) return [];
  const open = servicesOf({
    SHUTTERSPEED_RECENT_SHARE: "0",
    IMGPROXY_ALLOW_PRIVATE_SOURCE_ADDRESSES: "true",
  });
  let to = "";
  const server = createServer(({ url = "" }, response) => {
    const left = Number(url.slice(1));
    response.writeHead(302, { location: left > 1 ? `/${left - 1}` : to }).end();
  });
  const at = await listen(server, { host: own });
  const found: Escape[] = [];
  const inside = [
    "127.0.0.1",
    "localhost",
    "169.254.169.254",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "inside.test",
  ];
  for (const [hops, host] of [...inside.map((host) => [1, host] as const), [5, "127.0.0.1"] as const]) {
    to = `http://${host}:${port}/`;
    const written = `${"302 → ".repeat(hops)}${host}`;
    const way = await tried(`http://${own}:${at}/${hops}`, written, meaning(host), open);
    found.push({ ...way, dialled: way.dialled.filter((address) => address !== own) });
  }
  server.closeAllConnections();
  server.close();
  return found;
}

function meaning(host: string): string {
  const answers = host === "localhost" ? [["127.0.0.1", "::1"]] : names[host];
  if (answers) return answers.map((all) => all.join(" ")).join(", then ");
  const url = `http://${host}/`;
  if (!URL.canParse(url)) return "no URL";
  const address = new URL(url).hostname.replace(/^\[|\]$/g, "");
  const hidden = unwrapped(address);
  return hidden && !/^0\.0\.0\.[01]$/.test(hidden) ? `${address} (${hidden})` : address;
}

async function tried(
  source: string,
  written: string,
  resolvesTo: string,
  services: ReturnType<typeof servicesOf>,
): Promise<Escape> {
  attempts.length = 0;
  const request = { source, conditions: {}, limits: limitsOf(services.config) };
  const error: unknown = await fetchSource(request, services, Deadline.in(900)).then(
    () => undefined,
    (error: unknown) => error,
  );
  const dialled = attempts.filter((address) => address !== OUTSIDE);
  return { written, resolvesTo, refused: placeOf(error), dialled };
}

/** Where an error says that it was refused. */
function placeOf(error: unknown): string {
  if (!(error instanceof Error)) return "NOT REFUSED";
  const [, host = ""] = /: (\S+): no source may have this address/.exec(error.message) ?? [];
  if (error.name === "SourceNotAllowed")
    return /^[\d.]+$|:/.test(host)
      ? "before dialling, by its address"
      : "before dialling, by what it resolves to";
  if (error.name === "SourceUnreachable" && /no URL/.test(error.message)) return "as no URL";
  // Only what may be dialled was, and did not answer.
  const silent = error.name === "SourceTimeout" || error.name === "SourceUnreachable";
  return silent
    ? "before dialling, the address inside; the other was dialled, and nobody is there"
    : error.name;
}
