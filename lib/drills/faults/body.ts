import { changed, cutAt, endless, inDrops, withHeader } from "../acts.ts";
import type { Fault } from "../fault.ts";
import { headOf } from "../wire.ts";
import { chunk, flipped, half, saysHalf } from "./material.ts";

/** The body does not come, or not whole. */
export const bodies: readonly Fault[] = [
  { name: "body silent", breaks: "headers, then nothing", acts: [cutAt(0, "silence")] },
  ...([0.01, 0.5, 0.99] as const).flatMap((part): Fault[] => [
    {
      name: `body stalls at ${part * 100} %`,
      breaks: `nothing comes after ${part * 100} % of the body`,
      acts: [cutAt(part, "silence")],
    },
    {
      name: `body RST at ${part * 100} %`,
      breaks: `a reset after ${part * 100} % of the body`,
      acts: [cutAt(part, "RST")],
    },
    {
      name: `body FIN at ${part * 100} %`,
      breaks: `the end after ${part * 100} % of the body`,
      acts: [cutAt(part, "FIN")],
    },
  ]),
  { name: "body trickles", breaks: "a byte every 20 ms", acts: [inDrops(1)] },
  { name: "body slow", breaks: "50 KB a second", acts: [inDrops(1000)] },
  {
    name: "body empty",
    breaks: "a length of 0, and no body",
    acts: [
      changed(
        ({ headers }) => ({ head: withHeader(headers, "Content-Length", "0"), body: new Uint8Array() }),
        "keep",
      ),
    ],
  },
  {
    name: "body without length, FIN",
    breaks: "no length, and the end after half",
    acts: [
      changed(
        ({ headers, body }) => ({ head: withHeader(headers, "Content-Length"), body: half(body) }),
        "FIN",
      ),
    ],
  },
  {
    name: "body whole, without length",
    breaks: "no length; all of the body, then the end",
    acts: [changed(({ headers }) => ({ head: withHeader(headers, "Content-Length") }), "FIN")],
    always: "picture",
  },
  {
    name: "body in chunks, FIN",
    breaks: "chunks, and the end after half",
    acts: [
      changed(
        ({ headers, body }) => ({
          head: withHeader(withHeader(headers, "Content-Length"), "Transfer-Encoding", "chunked"),
          body: chunk(half(body)),
        }),
        "FIN",
      ),
    ],
  },
  {
    name: "body in chunks, half",
    breaks: "half the body in chunks, ended in order",
    acts: [
      changed(
        ({ headers, body }) => ({
          head: withHeader(withHeader(headers, "Content-Length"), "Transfer-Encoding", "chunked"),
          body: Buffer.concat([chunk(half(body)), Buffer.from("0\r\n\r\n")]),
        }),
        "keep",
      ),
    ],
  },
  {
    name: "body bad chunk",
    breaks: "a chunk whose length is no number",
    acts: [
      changed(
        ({ headers, body }) => ({
          head: withHeader(withHeader(headers, "Content-Length"), "Transfer-Encoding", "chunked"),
          body: Buffer.concat([Buffer.from("zz\r\n"), half(body)]),
        }),
        "silence",
      ),
    ],
  },
  {
    name: "body length says half",
    breaks: "a length that says half",
    acts: [saysHalf],
  },
  {
    name: "body length says more",
    breaks: "a length that says 1000 bytes more, then the end",
    acts: [
      changed(
        ({ headers, body }) => ({ head: withHeader(headers, "Content-Length", `${body.length + 1000}`) }),
        "FIN",
      ),
    ],
  },
  {
    name: "body length negative",
    breaks: "a negative length",
    acts: [changed(({ headers }) => ({ head: withHeader(headers, "Content-Length", "-5") }), "FIN")],
  },
  {
    name: "body length twice",
    breaks: "two lengths that differ",
    acts: [changed(({ headers }) => ({ head: [...headers, ["Content-Length", "17"]] }), "FIN")],
  },
  {
    name: "body length absurd",
    breaks: "a length of 100 TB",
    acts: [
      changed(
        ({ headers }) => ({ head: withHeader(headers, "Content-Length", "100000000000000") }),
        "silence",
      ),
    ],
  },
  {
    name: "body length not a number",
    breaks: "a length of 99 digits",
    acts: [
      changed(({ headers }) => ({ head: withHeader(headers, "Content-Length", "9".repeat(99)) }), "silence"),
    ],
  },
  {
    name: "body endless",
    breaks: "no length, and bytes without end",
    acts: [
      endless(
        ({ headers, status, body }) =>
          Buffer.concat([headOf({ status, headers: withHeader(headers, "Content-Length") }), half(body)]),
        Buffer.alloc(65_536, 7),
      ),
    ],
  },
  {
    name: "body wrong checksum",
    breaks: "a CRC32 that is another's",
    acts: [
      changed(({ headers }) => ({ head: withHeader(headers, "x-amz-checksum-crc32", "AAAAAA==") }), "keep"),
    ],
    only: "s3",
  },
  {
    name: "body bits flipped",
    breaks: "some bits of the body are others",
    acts: [changed(({ body }) => ({ body: flipped(body) }), "keep")],
    only: "s3",
    onlyPlain: true,
  },
  {
    name: "body zeros at the end",
    breaks: "the second half of the body is zeros",
    acts: [
      changed(
        ({ body }) => ({ body: Buffer.concat([half(body), Buffer.alloc(body.length - half(body).length)]) }),
        "keep",
      ),
    ],
    only: "s3",
  },
  {
    name: "body RST at 50 %, without ETag",
    breaks: "a reset after half of a body that has no ETag",
    acts: [changed(({ headers, body }) => ({ head: withHeader(headers, "ETag"), body: half(body) }), "RST")],
    only: "http",
  },
  {
    name: "body FIN at 50 %, weak ETag",
    breaks: "the end after half of a body whose ETag is weak",
    acts: [
      changed(
        ({ headers, body }) => ({ head: withHeader(headers, "ETag", 'W/"e"'), body: half(body) }),
        "FIN",
      ),
    ],
    only: "http",
  },
];
