import { readBody } from "../source/body.ts";
import type { Store } from "../store/store.ts";
import { nothingWarmed, together, type WarmTotals, warmedText } from "./totals.ts";

/** What a whole warming came to. */
export interface WarmReport extends WarmTotals {
  /** Whether no more failed than may. */
  readonly fine: boolean;
  /** In one sentence. */
  readonly says: string;
}

/** Where a distributed map has written what its batches came to, and how much of it may fail. */
export interface WarmResults {
  readonly ResultWriterDetails: { readonly Bucket: string; readonly Key: string };
  /** 0–100. */
  readonly toleratedFailurePercentage: number;
}

/** Adds up what the map's `ResultWriter` wrote. Rejects when it cannot be read. */
export async function reportOf(
  { ResultWriterDetails: { Bucket: bucket, Key: key }, toleratedFailurePercentage }: WarmResults,
  store: Pick<Store, "get">,
): Promise<WarmReport> {
  const read = async (name: string): Promise<unknown> => {
    const stream = await store.get({ bucket, key: name }, { signal: AbortSignal.timeout(TIMEOUT) });
    if (stream === "not modified") throw new TypeError(`${name}: not modified, which nobody asked`);
    try {
      return JSON.parse(Buffer.from(await readBody(stream, MOST)).toString());
    } finally {
      stream.cancel();
    }
  };
  const { ResultFiles: files } = Object(await read(key));
  let sum = nothingWarmed;
  for (const { Key } of listOf(Object(files).SUCCEEDED)) {
    for (const { Output } of listOf(await read(String(Key)))) sum = together(sum, JSON.parse(String(Output)));
  }
  for (const { Key } of listOf(Object(files).FAILED)) {
    for (const one of listOf(await read(String(Key)))) sum = together(sum, failedBatch(one));
  }
  const fine = sum.failed * 100 <= sum.asked * toleratedFailurePercentage;
  const [first] = sum.failures;
  const says = `${warmedText(sum)}${first ? `; the first failure: ${first.reason} ${first.url}` : ""}`;
  return { ...sum, fine, says };
}

const listOf = (value: unknown): readonly Readonly<Record<string, unknown>>[] =>
  Array.isArray(value) ? value : [];

/** Of a batch that ended without an answer it is known what it was to do. */
function failedBatch({ Input, Cause, Error: name }: Readonly<Record<string, unknown>>): WarmTotals {
  const { Items = [], BatchInput = {} } = Object(JSON.parse(String(Input ?? "{}")));
  const { presets = [], accepts = [] } = Object(BatchInput);
  const pictures = Items.length * presets.length * accepts.length;
  const reason = String(Cause ?? name ?? "its batch failed");
  return {
    ...nothingWarmed,
    asked: pictures,
    failed: pictures,
    failures: Items.map(({ Key }: { Key: string }) => ({ url: Key, accept: "", reason })),
  };
}

/** ms and bytes that reading one file of results may take; Step Functions writes files of at most 5 GB, and ours are small. */
const [TIMEOUT, MOST] = [60_000, 256 * 1024 * 1024];
