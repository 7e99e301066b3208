import dns, { type LookupAddress } from "node:dns";
import { isIP, type LookupFunction } from "node:net";

/** ms one name server may take, and how often it is asked; libuv's own way would hold a thread for 5 s and more. */
const [ANSWER_WITHIN, TRIES] = [300, 4];
/** ms after which the last good address is taken where the name servers are silent. */
const REMEMBER_AFTER = 250;
/** Names remembered. */
const MOST_NAMES = 100;

/**
 * Resolves names for sockets: asks the name servers themselves, so that no thread is held; then the system, which knows
 * names of its own. Where nobody answers, or not soon, the last address that was good is taken.
 */
export function startResolver(): LookupFunction {
  const remembered = new Map<string, readonly LookupAddress[]>();
  return (host, options, done) => {
    const hand = (found: readonly LookupAddress[]) => {
      const [first] = found;
      if (options.all) done(null, [...found]);
      else done(null, first?.address ?? "", first?.family);
    };
    const version = isIP(host);
    if (version > 0) return hand([{ address: host, family: version }]);
    const last = remembered.get(host);
    resolved(host, last)
      .then((found) => {
        remembered.delete(host);
        remembered.set(host, found);
        for (const name of [...remembered.keys()].slice(0, -MOST_NAMES)) remembered.delete(name);
        hand(found);
      })
      .catch((error: NodeJS.ErrnoException) => done(error, ""));
  };
}

async function resolved(
  host: string,
  last: readonly LookupAddress[] | undefined,
): Promise<readonly LookupAddress[]> {
  const resolver = new dns.Resolver({ timeout: ANSWER_WITHIN, tries: TRIES });
  // By its name: what is imported by its own stays as it was when others set it.
  resolver.setServers(dns.getServers());
  if (!last) return fromServers(resolver, host).catch(() => fromSystem(host));
  const late = new Promise<readonly LookupAddress[]>((resolve) => {
    setTimeout(() => resolve(last), REMEMBER_AFTER).unref();
  });
  try {
    return await Promise.race([fromServers(resolver, host), late]);
  } catch {
    return last;
  } finally {
    resolver.cancel();
  }
}

async function fromServers(resolver: dns.Resolver, host: string): Promise<readonly LookupAddress[]> {
  try {
    return (await addresses(resolver, "resolve4", host)).map((address) => ({ address, family: 4 }));
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error) || error.code !== "ENODATA") throw error;
    return (await addresses(resolver, "resolve6", host)).map((address) => ({ address, family: 6 }));
  }
}

const addresses = (resolver: dns.Resolver, kind: "resolve4" | "resolve6", host: string) =>
  new Promise<readonly string[]>((resolve, reject) => {
    resolver[kind](host, (error, found) => (error ? reject(error) : resolve(found)));
  });

const fromSystem = (host: string) =>
  new Promise<readonly LookupAddress[]>((resolve, reject) => {
    dns.lookup(host, { all: true }, (error, found) => (error ? reject(error) : resolve(found)));
  });
