import type { LookupAddress } from "node:dns";
import type { LookupFunction } from "node:net";

/** A host has no address that may be dialled. */
export class RefusedAddress extends Error {
  override readonly name = "RefusedAddress";
}

/**
 * Resolves as `resolve` does, but hands on only addresses that may be dialled. What is handed on is what the socket dials: nothing
 * is asked in between, so an answer that changes changes nothing.
 */
export const guardedLookup =
  (resolve: LookupFunction, mayDial: (address: string) => boolean): LookupFunction =>
  (host, options, done) => {
    resolve(host, { ...options, all: true }, (error, found) => {
      if (error) return done(error, "");
      const allowed = listed(found).filter(({ address }) => mayDial(address));
      const [first] = allowed;
      if (!first) return done(new RefusedAddress(`${host}: no source may have this address`), "");
      if (options.all) done(null, allowed);
      else done(null, first.address, first.family);
    });
  };

const listed = (found: string | readonly LookupAddress[]): readonly LookupAddress[] =>
  typeof found === "string" ? [] : found;
