import assert from "node:assert/strict";
import { test } from "node:test";
import { reportOf } from "../../lambda/warm/report.ts";
import { storeOf, streamOf } from "../objects.ts";

const results = {
  ResultWriterDetails: { Bucket: "b", Key: "warm/1/manifest.json" },
  toleratedFailurePercentage: 5,
};
/** What is reported of files that say this, by name; and how many of them were let go of. */
function reported(files: Readonly<Record<string, string>>) {
  let letGo = 0;
  const store = storeOf(async ({ key }) => ({
    ...streamOf(Buffer.from(files[key] ?? "")),
    cancel: () => void letGo++,
  }));
  return { report: reportOf(results, store), letGo: () => letGo };
}

test("where no batch was needed, nothing failed", async () => {
  const { report } = reported({ "warm/1/manifest.json": '{"ResultFiles":{"SUCCEEDED":[],"FAILED":[]}}' });
  const { asked, fine, says } = await report;
  assert.deepEqual(
    [asked, fine, says],
    [0, true, "0 pictures: 0 cached, 0 kept, 0 drawn, 0 failed; at most $0.0000"],
  );
});

test("of a batch of which nothing is known but that it failed, that is told", async () => {
  const { report, letGo } = reported({
    "warm/1/manifest.json": '{"ResultFiles":{"FAILED":[{"Key":"f"}]}}',
    f: JSON.stringify([
      {
        Input: JSON.stringify({
          Items: [{ Key: "a" }, { Key: "b" }],
          BatchInput: { presets: ["p"], accepts: ["x", "y"] },
        }),
      },
      { Error: "States.Timeout" },
    ]),
  });
  const { asked, failed, fine, failures } = await report;
  assert.deepEqual([asked, failed, fine], [4, 4, false]);
  const reason = "its batch failed";
  assert.deepEqual(failures, [
    { url: "a", accept: "", reason },
    { url: "b", accept: "", reason },
  ]);
  assert.equal(letGo(), 2);
});

test("what cannot be read fails, and holds no connection", async () => {
  const { report, letGo } = reported({ "warm/1/manifest.json": "<Error>" });
  await assert.rejects(report, SyntaxError);
  assert.equal(letGo(), 1);
});
