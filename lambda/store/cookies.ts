/** The client's cookies, to be handed on. */
export interface ClientCookies {
  /** As in Cookie. */
  readonly header: string;
  /** The one host that is given them; `undefined`: every host. */
  readonly host: string | undefined;
}

/** Cookies of one chain of redirects. */
export interface CookieJar {
  /** As in Cookie; `undefined` when this URL has none. */
  headerFor(url: URL): string | undefined;
  /** Remembers what an answer said in Set-Cookie. */
  keep(url: URL, said: readonly string[]): void;
}

/** Starts with the client's. Whatever an answer sets is of its host alone, and over TLS alone where it came so. */
export function startJar(client: ClientCookies | undefined): CookieJar {
  const set = new Map<string, Map<string, string>>();
  return {
    headerFor(url) {
      const given = client && [undefined, url.hostname].includes(client.host) ? [client.header] : [];
      const own = [...(set.get(url.origin) ?? [])].map(([name, value]) => `${name}=${value}`);
      return [...given, ...own].join("; ") || undefined;
    },
    keep(url, said) {
      const jar = set.get(url.origin) ?? new Map<string, string>();
      set.set(url.origin, jar);
      for (const cookie of said) {
        const [pair = "", ...attributes] = cookie.split(";");
        const [, name, value = ""] = /^\s*([^=\s]+)=(.*?)\s*$/.exec(pair) ?? [];
        if (name === undefined) continue;
        if (attributes.some((each) => /^\s*max-age\s*=\s*(0|-\d+)\s*$/i.test(each))) jar.delete(name);
        else jar.set(name, value);
      }
    },
  };
}
