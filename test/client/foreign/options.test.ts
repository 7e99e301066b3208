import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, describe, test } from "node:test";
import { explain } from "../../../lib/explain/explain.ts";
import { answerOf, askedCloud, isTold, language, sourceOf } from "./asking.ts";
import { type Asked, clients, type ForeignClient } from "./clients.ts";
import { type Effect, effects } from "./effects.ts";

const { place, spelledOut, signedLater, holds, [Symbol.asyncDispose]: stop } = await askedCloud();
after(stop);

const urlsOf = ({ unsigned, urls }: ForeignClient, effect: Effect, asked: Asked) =>
  urls(place, sourceOf(effect), asked).map((url) => (unsigned ? signedLater(url) : url));

/** The same, by another name of the option's. */
const renamed = (asked: Asked, from: string, to: string) =>
  Object.fromEntries(Object.entries(asked).map(([name, value]) => [name === from ? to : name, value]));

describe("each option, as imgproxy's documentation spells it", () => {
  for (const [name, effect] of Object.entries(effects)) {
    test(`${name} does something`, { skip: effect.unseen && "it says what is so anyway" }, async () => {
      const [with_, without] = [await answerOf(spelledOut(effect)), await answerOf(spelledOut(effect, ""))];
      assert.equal(without.status, 200);
      assert.ok(!with_.bytes.equals(without.bytes));
    });
  }
});

for (const client of clients) {
  const { name, version, knows, asks, pro, mistakes = {} } = client;
  describe(`${name} ${version}`, () => {
    test("every option it knows is asked for, or is one of imgproxy Pro", () => {
      const known = knows.map(([first = ""]) => first);
      assert.deepEqual([asks, pro, mistakes].flatMap(Object.keys).sort(), [...known].sort());
    });

    for (const [first = "", ...others] of knows.filter(([name = ""]) => name in asks)) {
      test(first, async () => {
        for (const [named, asked] of asks[first] ?? []) {
          const effect = effects[named];
          assert.ok(effect, named);
          for (const by of [first, ...others])
            for (const url of urlsOf(client, effect, renamed(asked, first, by))) await holds(url, effect);
        }
      });
    }

    for (const [first = "", ...others] of knows.filter(([name = ""]) => name in pro)) {
      test(`${first}, of imgproxy Pro, is refused and explained`, async () => {
        for (const by of [first, ...others])
          for (const url of urlsOf(client, { spelled: "" }, { [by]: pro[first] })) {
            assert.equal((await answerOf(url)).status, 404, url);
            const { refused } = explain(url, language, 0);
            assert.equal(refused?.advice, "this is an option of imgproxy Pro, which is not there", url);
          }
      });
    }

    for (const [option, { value, status }] of Object.entries(mistakes)) {
      test(`${option}, which the client spells wrongly, is answered with ${status}`, async () => {
        for (const url of urlsOf(client, { spelled: "" }, { [option]: value }))
          assert.equal((await answerOf(url)).status, status, url);
      });
    }
  });
}

test("the table of the client's README is what was found", () => {
  const readme = readFileSync(new URL("../../../lib/client/README.md", import.meta.url), "utf8");
  for (const client of clients) {
    const { knows, asks, pro, mistakes = {} } = client;
    isTold(readme, client, knows, ...[asks, pro, mistakes].map(Object.keys));
  }
});
