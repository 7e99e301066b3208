import assert from "node:assert/strict";
import dns, { type LookupAddress } from "node:dns";
import { isIP, type LookupFunction, Socket } from "node:net";
import { mock, test } from "node:test";
import fc from "fast-check";
import { readConfig } from "../../lambda/config/variables.ts";
import { kindOf, mayDial } from "../../lambda/store/addresses.ts";
import { web } from "../../lambda/store/web.ts";
import { startNames } from "../names.ts";
import { tries } from "../thorough.ts";

/** URLs that are tried: 100,000 in a thorough run. */
const RUNS = tries(3_000, 100_000);

const byte = fc.oneof(fc.constantFrom(0, 10, 100, 127, 169, 172, 192, 255), fc.integer({ min: 0, max: 255 }));
const group = fc.oneof(
  fc.constantFrom("0", "ffff", "64", "ff9b", "2002", "2001", "5efe", "7f00", "1", "fe80", "a9fe", "fd00"),
  fc.integer({ min: 0, max: 0xffff }).map((value) => value.toString(16)),
);
const number = fc.integer({ min: 0, max: 0xffffffff });
const dotted = fc.tuple(byte, byte, byte, byte).map((four) => four.join("."));
const host = fc.oneof(
  dotted,
  number.map(String),
  number.map((value) => `0x${value.toString(16)}`),
  fc.tuple(byte, byte, byte, byte).map((four) => four.map((each) => `0${each.toString(8)}`).join(".")),
  fc.tuple(byte, number).map(([first, rest]) => `${first}.${rest % 0x1000000}`),
  fc.array(group, { minLength: 8, maxLength: 8 }).map((groups) => `[${groups.join(":")}]`),
  fc
    .tuple(fc.array(group, { maxLength: 3 }), fc.array(group, { maxLength: 3 }))
    .map(([left, right]) => `[${left.join(":")}::${right.join(":")}]`),
  fc
    .tuple(fc.constantFrom("::", "::ffff:", "64:ff9b::", "2001:db8::5efe:"), dotted)
    .map(([before, four]) => `[${before}${four}]`),
  fc.constantFrom("a.test", "b.test", "localhost"),
  fc.string({ maxLength: 6 }),
);
const url = fc
  .tuple(
    fc.constantFrom("http", "HTTP"),
    fc.constantFrom("", "", "", "good.test@", "a:b@", "\\", "/"),
    host,
    fc.constantFrom("", ":80", ":8080", ".", "\\x", "#", "?"),
  )
  .map(([scheme, user, name, rest]) => `${scheme}://${user}${name}${rest}/x.png`);

/** Has whatever dials in this process only say what it would have dialled. */
function watchDialling() {
  const dialled: string[] = [];
  const { connect } = Socket.prototype;
  Socket.prototype.connect = function (this: Socket, ...given: readonly unknown[]) {
    const { host, lookup } = optionsIn(given);
    const end = (error: Error | null) => this.destroy(error ?? new Error("watched"));
    if (isIP(host) > 0 || !lookup) {
      dialled.push(host);
      process.nextTick(end, null);
    } else
      lookup(host, { all: true }, (error, found) => {
        if (!error && Array.isArray(found))
          dialled.push(...found.map(({ address }: LookupAddress) => address));
        end(error);
      });
    return this;
  };
  return {
    dialled,
    stop() {
      Socket.prototype.connect = connect;
    },
  };
}

function optionsIn(given: readonly unknown[]): { readonly host: string; readonly lookup?: LookupFunction } {
  const [first] = given.flat();
  const options: unknown = first;
  assert.ok(typeof options === "object" && options !== null && "host" in options);
  const lookup = "lookup" in options && typeof options.lookup === "function" ? options.lookup : undefined;
  return {
    host: String(options.host),
    ...(lookup && { lookup: (...args) => void Reflect.apply(lookup, undefined, args) }),
  };
}

type Told = (error: Error | null, found: readonly LookupAddress[]) => void;

test("whatever is dialled, of whatever URL, was allowed", async (t) => {
  const config = readConfig({});
  const guarded = web(config);
  const addresses = ["192.0.2.1", "127.0.0.1", "10.0.0.1", "169.254.169.254", "198.51.100.7"];
  await using _names = await startNames((_, nth) => addresses.slice(nth % addresses.length));
  // What the name server does not know, the system knows: it would be asked for seconds.
  mock.method(dns, "lookup", (_host: string, _how: object, done: Told) =>
    done(null, [{ address: "127.0.0.1", family: 4 }]),
  );
  const watched = watchDialling();
  let [refused, dials] = [0, 0];
  try {
    await fc.assert(
      fc.asyncProperty(url, async (text) => {
        const signal = AbortSignal.timeout(2000);
        const error = await guarded.ask({ url: text }, { signal }).catch((error: unknown) => error);
        if (error instanceof Error && error.name === "SourceNotAllowed") refused++;
        for (const address of watched.dialled.splice(0)) {
          dials++;
          assert.ok(mayDial(address, config), `${text}: ${address}`);
          assert.deepEqual(kindOf(address), { loopback: false, linkLocal: false, private: false });
        }
      }),
      { numRuns: RUNS },
    );
  } finally {
    watched.stop();
  }
  t.diagnostic(`${RUNS} URLs, ${refused} refused, ${dials} addresses dialled`);
  assert.ok(dials > RUNS / 20 && refused > RUNS / 20, "the URLs show nothing");
});
