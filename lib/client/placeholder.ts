import type { Options } from "./options.ts";
import type { ImageUrls } from "./urls.ts";

/** px of the longer side, and quality: some 100 bytes. */
const [SIDE, QUALITY] = [16, 40];

/** As much of `fetch` as is needed. */
export type Ask = (url: string) => Promise<{
  readonly ok: boolean;
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  arrayBuffer(): Promise<ArrayBuffer>;
}>;

/**
 * A picture so small that it is part of the page, as a data URL: what is shown until the whole one is there. Asks the function for it, so make
 * it where pages are built. Rejects with one sentence when the function refuses.
 */
export async function placeholder<Preset extends string>(
  images: ImageUrls<Preset>,
  source: string,
  options: Options<Preset> = {},
  ask: Ask = fetch,
): Promise<string> {
  const { resize, size: _, width: __, height: ___, ...others } = options;
  const { width = SIDE, height = SIDE } = resize ?? {};
  const scale = SIDE / Math.max(width, height, 1);
  const sides = {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
  const url = images.url(source, {
    ...others,
    resize: { ...resize, ...sides },
    quality: QUALITY,
    format: "webp",
  });
  const answer = await ask(url);
  if (!answer.ok) throw new Error(`placeholder: ${url} was answered ${answer.status}`);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return `data:${answer.headers.get("content-type") ?? "image/webp"};base64,${btoa(binary)}`;
}
