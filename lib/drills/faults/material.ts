import { gzipSync } from "node:zlib";
import { answers, changed, withHeader } from "../acts.ts";

/** S3's XML of an error. */
export const error = (code: string) =>
  `<?xml version="1.0"?><Error><Code>${code}</Code><Message>m</Message></Error>`;
/** What that is sent with. */
export const xml = { "Content-Type": "application/xml" };
/** A page. */
export const html = "<!doctype html><html><body>Please log in</body></html>";
/** What that is sent with. */
export const isHtml = { "Content-Type": "text/html" };
/** S3 asks for less. */
export const slowDown = answers(503, xml, error("SlowDown"));
/** The first half. */
export const half = (body: Buffer) => body.subarray(0, Math.floor(body.length / 2));
/** The first half, with a length that says so. */
export const saysHalf = changed(
  ({ headers, body }) => ({
    head: withHeader(headers, "Content-Length", `${half(body).length}`),
    body: half(body),
  }),
  "keep",
);
/** A chunk as HTTP has it. */
export const chunk = (bytes: Uint8Array) =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]);
/** Bytes that mean nothing. */
export const garbage = Buffer.from(Array.from({ length: 400 }, (_, at) => (at * 89 + 7) % 251));

/** Other bits here and there. */
export const flipped = (body: Buffer) => {
  const other = Buffer.from(body);
  for (let at = Math.floor(body.length / 3); at < body.length; at += Math.ceil(body.length / 7))
    other[at] = (other[at] ?? 0) ^ 0x10;
  return other;
};

let packed: Buffer | undefined;
/** 512 MB of zeros: what is packed may go on with more of its kind. */
export const bomb = () => {
  packed ??= Buffer.concat(Array<Buffer>(32).fill(gzipSync(Buffer.alloc(2 ** 24), { level: 9 })));
  return packed;
};
