import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { Deadline } from "../../lambda/deadline.ts";
import { Failure } from "../../lambda/errors.ts";
import { ATTEMPTS } from "../../lambda/source/attempts.ts";
import { download } from "../../lambda/source/download.ts";
import { startPace } from "../../lambda/source/pace.ts";
import type { Get } from "../../lambda/source/reading.ts";
import type { Trail } from "../../lambda/source/trail.ts";
import { type ObjectStream, StoreError } from "../../lambda/store/store.ts";
import { type Clock, stopClock } from "../clock.ts";
import { tries } from "../thorough.ts";

const picture = Buffer.concat([Buffer.from("GIF89a"), Buffer.alloc(40_000, "pixels"), Buffer.from(";")]);
const tagOf = (bytes: Uint8Array) => `"${createHash("md5").update(bytes).digest("hex")}"`;

/** What a store does with one request, after some ms: what it says, or how far a body comes and how it ends. */
interface Behaviour {
  readonly after: number;
  readonly does:
    | "answers"
    | "503"
    | "429"
    | "resets"
    | "nothing"
    | "says half"
    | "changes"
    | "flips"
    | "tells no length";
  /** 0 to 1, of the body. */
  readonly part: number;
  readonly ends: "whole" | "stall" | "reset" | "early" | "trickle";
}

const behaviour: fc.Arbitrary<Behaviour> = fc.record({
  after: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 60, max: 5000 })),
  does: fc.constantFrom(
    "answers",
    "answers",
    "answers",
    "503",
    "429",
    "resets",
    "nothing",
    "says half",
    "changes",
    "flips",
    "tells no length",
  ),
  part: fc.double({ min: 0, max: 1, noNaN: true }),
  ends: fc.constantFrom("whole", "whole", "whole", "stall", "reset", "early", "trickle"),
});

const wait = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve, reject) => {
    const over = () => reject(signal.reason);
    signal.addEventListener("abort", over, { once: true });
    if (ms < Infinity) setTimeout(resolve, ms);
    if (signal.aborted) over();
  });

const reset = () => Object.assign(new Error("reset"), { code: "ECONNRESET" });

/** A store that does one thing after the other, then what it should; and how many of its bodies nobody let go. */
function storeThat(script: readonly Behaviour[]) {
  let asked = 0;
  let object = picture;
  const open = new Set<ObjectStream>();
  const signals: AbortSignal[] = [];
  const get: Get = async ({ range, ifMatch, signal }) => {
    const { after, does, part, ends } = script[asked++] ?? good;
    signals.push(signal);
    await wait(does === "nothing" ? Infinity : after, signal);
    if (does === "503" || does === "429") throw new StoreError(Number(does), "Busy");
    if (does === "resets") throw reset();
    if (does === "changes")
      object = Buffer.from(picture.toString("latin1").replaceAll("pixels", "others"), "latin1");
    if (ifMatch !== undefined && ifMatch !== tagOf(object)) throw new StoreError(412, "PreconditionFailed");
    const { first = 0 } = range ?? {};
    if (first >= object.length) throw new StoreError(416, "InvalidRange");
    const bytes = Buffer.from(object.subarray(first, (range?.last ?? object.length - 1) + 1));
    if (does === "flips") bytes[bytes.length >> 1] = 0;
    const sent = does === "says half" ? bytes.subarray(0, bytes.length >> 1) : bytes;
    const stream: ObjectStream = {
      metadata: { etag: tagOf(object) },
      length: does === "tells no length" ? undefined : sent.length,
      range: range && `bytes ${first}-${first + bytes.length - 1}/${object.length}`,
      body: body(sent, part, does === "tells no length" && ends === "reset" ? "early" : ends, signal),
      cancel: () => open.delete(stream),
    };
    open.add(stream);
    return stream;
  };
  return {
    get,
    open,
    signals,
    asked: () => asked,
    isRight: (bytes: Uint8Array) => object.equals(bytes) || picture.equals(bytes),
  };
}

const good: Behaviour = { after: 5, does: "answers", part: 1, ends: "whole" };

async function* body(bytes: Uint8Array, part: number, ends: Behaviour["ends"], signal: AbortSignal) {
  const cut = ends === "whole" ? bytes.length : Math.floor(bytes.length * part);
  const step = ends === "trickle" ? 10 : 8192;
  const until = ends === "trickle" ? bytes.length : cut;
  for (let at = 0; at < until; at += step) {
    await wait(1 + (ends === "trickle" ? 50 : 0), signal);
    yield bytes.subarray(at, Math.min(until, at + step));
  }
  if (ends === "stall") await wait(Infinity, signal);
  if (ends === "reset") throw reset();
}

const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn++) await new Promise((done) => setImmediate(done));
};

/** Lets time pass, from one thing that is due to the next, until this has ended; tells the ms that took. */
async function passUntilEnd(work: Promise<unknown>, clock: Clock): Promise<number> {
  const began = performance.now();
  let on = true;
  const end = () => {
    on = false;
  };
  work.then(end, end);
  for (await turns(2); on; await turns(2)) if (on) clock.pass(clock.next ?? 1);
  return performance.now() - began;
}

test("in hours of faults the policy never sleeps past the deadline, nor asks too often, and ends in the picture or a failure", async (t) => {
  const clock = stopClock(t);
  const pace = startPace();
  const began = performance.now();
  const outcomes = { pictures: 0, failures: 0 };
  const script = fc.array(behaviour, { maxLength: 8 });
  const property = fc.asyncProperty(script, fc.integer({ min: 50, max: 6000 }), async (behaviours, ms) => {
    const store = storeThat(behaviours);
    let trail: Trail | undefined;
    const bounds = { deadline: Deadline.in(ms), limit: 1e6, pace, report: (told: Trail) => (trail = told) };
    const working = download("s3://b/k", store.get, bounds).catch((error: unknown) => error);
    const took = await passUntilEnd(working, clock);
    const outcome = await working;
    assert.ok(took <= ms + 0.001, `${took} of ${ms} ms`);
    assert.ok(store.asked() <= ATTEMPTS && trail?.attempts === store.asked(), `${store.asked()} requests`);
    await turns(4);
    assert.equal(store.open.size, 0, "a body is left open");
    assert.ok(
      store.signals.every(({ aborted }) => aborted),
      "a request goes on",
    );
    if (outcome instanceof Failure) outcomes.failures++;
    else {
      assert.ok(typeof outcome === "object" && outcome !== null && "bytes" in outcome, `${outcome}`);
      assert.ok(outcome.bytes instanceof Uint8Array && store.isRight(outcome.bytes), "wrong bytes");
      outcomes.pictures++;
    }
    // Nobody asks for a while.
    clock.pass(4000);
  });
  const least = tries(1, 4);
  await fc.assert(property, { numRuns: 900 * least });
  const hours = (performance.now() - began) / 3_600_000;
  assert.ok(hours >= least, `${hours} hours`);
  assert.ok(outcomes.pictures > 375 * least && outcomes.failures > 12 * least, JSON.stringify(outcomes));
});
