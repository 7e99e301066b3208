import type { ListenOptions } from "node:net";
import { readConfig, variables } from "../../lambda/config/variables.ts";
import { compileLanguage } from "../../lambda/url/language.ts";
import { ownVariables, unknownVariables } from "../environment.ts";
import { freePort } from "../local/listen.ts";
import { ours } from "../settings.ts";
import { addressIn } from "./address.ts";
import { type Server, startServer } from "./server.ts";
import { type Machine, type Shares, sharesOf } from "./shares.ts";
import { readServerConfig, serverVariables } from "./variables.ts";

/** What an environment makes of a machine. */
export interface Serving {
  readonly server: Server;
  readonly shares: Shares;
  /** Whether URLs are signed. */
  readonly signed: boolean;
}

/** Serves what this environment says. Rejects with one sentence when it is nonsense, and when nobody can listen there. */
export async function startServing(
  env: NodeJS.ProcessEnv,
  machine: Machine,
  complain: (sentence: string) => void,
): Promise<Serving> {
  const config = readServerConfig(env);
  const own = readConfig(env);
  compileLanguage(own, Date.now());
  for (const sentence of unread(env)) complain(sentence);
  const shares = sharesOf(machine, config.workers);
  const server = await startServer({
    config,
    address: await settled(addressIn(config)),
    slots: shares.slots,
    env: { ...ownVariables, ...env, [variables.memorySize.name]: String(shares.memory) },
    complain,
  });
  return { server, shares, signed: [own.keys.length > 0, own.keysSecret, own.keysParameter].some(Boolean) };
}

/** With the number of a port that is free, where any will do: who listens later has to know it. */
async function settled(address: ListenOptions): Promise<ListenOptions> {
  const { port, host } = address;
  return port === 0 ? { ...address, port: await freePort(host ? { host } : {}) } : address;
}

/** A sentence for every variable that would change nothing here, either. */
function unread(env: NodeJS.ProcessEnv): readonly string[] {
  const read = Object.values(serverVariables).map(({ name }): string => name);
  const others = Object.entries(ours(env)).filter(([name]) => !read.includes(name));
  return unknownVariables(Object.fromEntries(others));
}
