import type { ListenOptions } from "node:net";
import type { ServerConfig } from "./variables.ts";

/** Where `IMGPROXY_BIND`, `PORT` and `IMGPROXY_NETWORK` say to listen. Throws one sentence when they contradict each other. */
export function addressIn({
  bind,
  port,
  network,
}: Pick<ServerConfig, "bind" | "port" | "network">): ListenOptions {
  const isPath = bind.startsWith("/");
  if (isPath !== (network === "unix")) {
    throw new Error(`IMGPROXY_BIND: expected ${expected[network]}, got "${bind}"`);
  }
  if (isPath) return { path: bind };
  const [, host = "", own = ""] = /^\[?([^\]]*)\]?:(\d+)$/.exec(bind || `:${port}`) ?? [];
  if (Number(own) > 65_535) throw new Error(`IMGPROXY_BIND: expected a port up to 65535, got "${bind}"`);
  return { port: Number(own), ...(host ? { host } : anyHost[network]), ipv6Only: network === "tcp6" };
}

const expected = {
  tcp: "an address such as :8080 with IMGPROXY_NETWORK=tcp",
  tcp4: "an address such as :8080 with IMGPROXY_NETWORK=tcp4",
  tcp6: "an address such as :8080 with IMGPROXY_NETWORK=tcp6",
  unix: "the path of a socket with IMGPROXY_NETWORK=unix",
} as const;

/** Without a host: both kinds of address where the machine has both. */
const anyHost = { tcp: {}, tcp4: { host: "0.0.0.0" }, tcp6: { host: "::" }, unix: {} } as const;
