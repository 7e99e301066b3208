import { answers, endless, late, says, unanswered } from "../acts.ts";
import type { Fault } from "../fault.ts";
import { error, garbage, xml } from "./material.ts";

/** No whole head of an answer comes. */
export const answering: readonly Fault[] = [
  { name: "first byte never", breaks: "a request is not answered", acts: [unanswered("silence")] },
  { name: "first byte +1 s", breaks: "an answer is a second late", acts: [late(1000)], always: "picture" },
  { name: "first byte +2.3 s", breaks: "an answer is 2.3 s late", acts: [late(2300)] },
  { name: "first byte +10 s", breaks: "an answer is 10 s late", acts: [late(10_000)] },
  { name: "first byte RST", breaks: "a request is answered by a reset", acts: [unanswered("RST")] },
  { name: "first byte FIN", breaks: "a request is answered by an end", acts: [unanswered("FIN")] },
  {
    name: "first byte half a status line, silent",
    breaks: "half a status line, then nothing",
    acts: [says("HTTP/1.1 20", "silence")],
  },
  {
    name: "first byte half a status line, FIN",
    breaks: "half a status line, then the end",
    acts: [says("HTTP/1.1 20", "FIN")],
  },
  {
    name: "first byte half the headers, silent",
    breaks: "half the headers, then nothing",
    acts: [says("HTTP/1.1 200 OK\r\nContent-Le", "silence")],
  },
  {
    name: "first byte half the headers, FIN",
    breaks: "half the headers, then the end",
    acts: [says("HTTP/1.1 200 OK\r\nContent-Le", "FIN")],
  },
  {
    name: "first byte half the headers, RST",
    breaks: "half the headers, then a reset",
    acts: [says("HTTP/1.1 200 OK\r\nContent-Le", "RST")],
  },
  { name: "first byte garbage", breaks: "an answer that is no HTTP", acts: [says(garbage, "silence")] },
  {
    name: "first byte garbage, FIN",
    breaks: "an answer that is no HTTP, then the end",
    acts: [says(garbage, "FIN")],
  },
  {
    name: "first byte endless headers",
    breaks: "headers without end",
    acts: [
      endless(() => Buffer.from("HTTP/1.1 200 OK\r\n"), Buffer.from("X-More: and more of the same\r\n")),
    ],
  },
  {
    name: "first byte one huge header",
    breaks: "a header of 100 KB",
    acts: [says(`HTTP/1.1 200 OK\r\nX-Huge: ${"x".repeat(100_000)}\r\n\r\n`, "silence")],
  },
  {
    name: "first byte 100 for ever",
    breaks: "100 Continue, again and again",
    acts: [endless(() => new Uint8Array(), Buffer.from("HTTP/1.1 100 Continue\r\n\r\n"))],
  },
  {
    name: "first byte pooled gone dark",
    breaks: "the connections that idled are dark",
    trouble: { spoil: "dark" },
    always: "nothing",
  },
  {
    name: "first byte pooled reset",
    breaks: "the connections that idled are reset when they are used",
    trouble: { spoil: "reset" },
    always: "nothing",
  },
  {
    name: "first byte region redirect",
    breaks: "S3 says the bucket is elsewhere",
    acts: [answers(301, { ...xml, "x-amz-bucket-region": "us-east-1" }, error("PermanentRedirect"))],
    only: "s3",
  },
];
