import { watch } from "node:fs";
import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { S3Client } from "@aws-sdk/client-s3";
import { type Format, formatNamed, formats } from "../../../lambda/formats.ts";
import { type PictureFile, type Pictures, picturesIn } from "./folder.ts";
import { list, put, remove, severalAtOnce } from "./objects.ts";

/** What a bucket is kept equal to. */
export interface MirrorProps {
  readonly folder: string;
  readonly client: S3Client;
  readonly bucket: string;
  /** Called when the bucket holds something else under a key it held before, or nothing. */
  readonly changed: (key: string) => Promise<void>;
  /** Takes a line about what cannot be followed any more. */
  readonly complain: (line: string) => void;
}

/** A bucket that holds the pictures of a folder. */
export interface Mirror {
  /** The keys of the pictures found at first. */
  readonly keys: readonly string[];
  /** Settles when all of these are in the bucket, or it was complained about. */
  readonly complete: Promise<void>;
  stop(): void;
}

/** ms a folder is left to itself after a change: who writes one file often writes several. */
const SETTLING = 100;

/** Copies the pictures of a folder into a bucket, then follows the folder. Rejects when the folder or a picture cannot be read. */
export async function mirror(props: MirrorProps): Promise<Mirror> {
  const { folder, client, bucket, complain } = props;
  const found = await picturesIn(folder);
  let stirred = Promise.withResolvers<void>();
  const watcher = watch(folder, { recursive: true }, () => stirred.resolve());
  watcher.on("error", ({ message }) => complain(`${folder}: no longer watched: ${message}`));

  const held = await heldIn(client, bucket, found);
  const update = (now: Pictures) =>
    bringUpToDate(now, held, props).catch(({ message }) => complain(`${folder}: ${message}`));
  const complete = update(found);
  const follow = async () => {
    await complete;
    for (;;) {
      await stirred.promise;
      stirred = Promise.withResolvers();
      await pause(SETTLING);
      await picturesIn(folder).then(update, ({ message }) => complain(message));
    }
  };
  follow();
  return { keys: [...found.keys()], complete, stop: () => watcher.close() };
}

/** What the bucket holds already: a file as it is now if it was stored after its last change. */
async function heldIn(client: S3Client, bucket: string, found: Pictures): Promise<Map<string, PictureFile>> {
  const objects = await list(client, bucket, "");
  return new Map(
    objects.map(({ key, size, stored }) => {
      const file = found.get(key);
      return [key, file && file.size === size && file.changed < stored ? file : { size, changed: 0 }];
    }),
  );
}

async function bringUpToDate(
  now: Pictures,
  held: Map<string, PictureFile>,
  props: MirrorProps,
): Promise<void> {
  const { folder, client, bucket, changed } = props;
  const gone = [...held.keys()].filter((key) => !now.has(key));
  await remove(client, bucket, gone);
  for (const key of gone) held.delete(key);

  const other = [...now].filter(([key, file]) => !same(file, held.get(key)));
  await severalAtOnce(other, async ([key, file]) => {
    const body = await readFile(join(folder, key));
    await put(client, bucket, key, body, typeOf(key));
    const before = held.get(key);
    held.set(key, file);
    if (before) await changed(key);
  });
  await severalAtOnce(gone, changed);
}

const same = (file: PictureFile, held: PictureFile | undefined) =>
  file.size === held?.size && file.changed === held.changed;

const others: Readonly<Record<string, Format>> = { tif: "tiff", heif: "heic" };

function typeOf(key: string): string {
  const extension = extname(key).slice(1).toLowerCase();
  const format = others[extension] ?? formatNamed(extension);
  return format ? formats[format].mime : "application/octet-stream";
}
