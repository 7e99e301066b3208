import { answers, changed, cutAt, says, toItself, unanswered, withHeader } from "../acts.ts";
import type { Fault } from "../fault.ts";
import { bomb, error, flipped, half, html, isHtml, slowDown, xml } from "./material.ts";

/** S3, or something on the way, answers with something else. */
export const others: readonly Fault[] = [
  { name: "answer 500", breaks: "500 InternalError", acts: [answers(500, xml, error("InternalError"))] },
  { name: "answer 503 XML", breaks: "503 SlowDown", acts: [slowDown] },
  { name: "answer 503 HTML", breaks: "503 with a page", acts: [answers(503, isHtml, html)] },
  {
    name: "answer 503 stalled",
    breaks: "503 whose body does not come",
    acts: [
      says("HTTP/1.1 503 X\r\nContent-Type: application/xml\r\nContent-Length: 200\r\n\r\n<Err", "silence"),
    ],
  },
  { name: "answer 429", breaks: "429", acts: [answers(429, xml, error("TooManyRequests"))] },
  { name: "answer 502 empty", breaks: "502 without a body", acts: [answers(502, {})] },
  { name: "answer 504", breaks: "504 of a gateway", acts: [answers(504, isHtml, html)] },
  {
    name: "answer 400 RequestTimeout",
    breaks: "400 RequestTimeout",
    acts: [answers(400, xml, error("RequestTimeout"))],
    only: "s3",
  },
  {
    name: "answer 403 skew",
    breaks: "403 RequestTimeTooSkewed",
    acts: [answers(403, xml, error("RequestTimeTooSkewed"))],
    only: "s3",
  },
  ...([400, 403, 404, 416] as const).map(
    (status): Fault => ({
      name: `answer ${status}`,
      breaks: `${status}, which is the source's own answer`,
      acts: [answers(status, isHtml, html)],
      once: "answer",
    }),
  ),
  {
    name: "answer 200 HTML",
    breaks: "200 with a page that is no picture",
    acts: [answers(200, isHtml, html)],
  },
  {
    name: "answer 200 error",
    breaks: "200 with an error of S3 in it",
    acts: [answers(200, xml, error("InternalError"))],
  },
  { name: "answer 204", breaks: "204 without a body", acts: [answers(204, {})] },
  {
    name: "answer 206 unasked",
    breaks: "206 with a part nobody asked for",
    acts: [
      changed(
        ({ headers, body }) => ({
          status: 206,
          head: [
            ...withHeader(headers, "Content-Length", "100"),
            ["Content-Range", `bytes 0-99/${body.length}`],
          ],
          body: body.subarray(0, 100),
        }),
        "keep",
      ),
    ],
  },
  {
    name: "answer 304 unasked",
    breaks: "304 nobody asked for",
    acts: [answers(304, {})],
  },
  {
    name: "gzip half",
    breaks: "half of a packed source, without length",
    acts: [
      changed(
        ({ headers, body }) => ({ head: withHeader(headers, "Content-Length"), body: half(body) }),
        "FIN",
      ),
    ],
    needs: "packed source",
  },
  {
    name: "gzip bomb",
    breaks: "half a gigabyte of zeros, packed",
    acts: [
      changed(
        ({ headers }) => ({
          head: withHeader(
            withHeader(headers, "Content-Encoding", "gzip"),
            "Content-Length",
            `${bomb().length}`,
          ),
          body: bomb(),
        }),
        "keep",
      ),
    ],
  },
  {
    name: "gzip lie",
    breaks: "a source said to be packed that is not",
    acts: [changed(({ headers }) => ({ head: withHeader(headers, "Content-Encoding", "gzip") }), "keep")],
  },
];

const redirects: readonly Fault[] = [
  { name: "redirect", breaks: "a redirect to the same page", acts: [toItself] },
  { name: "redirect twice", breaks: "two redirects to the same page", acts: [toItself, toItself] },
  {
    name: "redirect then RST",
    breaks: "a redirect, and a reset where it leads",
    acts: [toItself, unanswered("RST")],
  },
  {
    name: "redirect then stall",
    breaks: "a redirect, and half a body where it leads",
    acts: [toItself, cutAt(0.5, "silence")],
  },
  {
    name: "redirect inside",
    breaks: "a redirect to the metadata of a cloud",
    acts: [answers(302, { Location: "http://169.254.169.254/latest/meta-data/" })],
    once: "answer",
  },
];

/** A web server, or something on the way, sends elsewhere. */
export const elsewhere: readonly Fault[] = redirects.map((fault) => ({ ...fault, only: "http" }));

/** One after the other. */
export const inARow: readonly Fault[] = [
  { name: "row stall, then 503", breaks: "half a body, then 503", acts: [cutAt(0.5, "silence"), slowDown] },
  {
    name: "row RST, then RST",
    breaks: "half a body and a reset, twice",
    acts: [cutAt(0.5, "RST"), cutAt(0.5, "RST")],
  },
  { name: "row 503 three times", breaks: "503, three times", acts: [slowDown, slowDown, slowDown] },
  {
    name: "row never, then RST",
    breaks: "no answer, then a reset",
    acts: [unanswered("silence"), unanswered("RST")],
  },
  {
    name: "row never, twice",
    breaks: "no answer, twice",
    acts: [unanswered("silence"), unanswered("silence")],
  },
  {
    name: "row FIN, then flipped bits",
    breaks: "half a body, then one with other bits",
    acts: [cutAt(0.5, "FIN"), changed(({ body }) => ({ body: flipped(body) }), "keep")],
    only: "s3",
    onlyPlain: true,
  },
  {
    name: "row FIN, then 416",
    breaks: "half a body, and then that there is no more of it",
    acts: [cutAt(0.5, "FIN"), answers(416, isHtml, html)],
  },
  {
    name: "row FIN, then 412",
    breaks: "half a body, and then that it is another one",
    acts: [cutAt(0.5, "FIN"), answers(412, isHtml, html)],
  },
  {
    name: "object overwritten, then RST",
    breaks: "a reset at half the body, and the object is another one then",
    acts: [cutAt(0.5, "RST")],
    needs: "overwriting",
    always: "nothing",
  },
  {
    name: "object overwritten, then stall",
    breaks: "half a body, and the object is another one then",
    acts: [cutAt(0.5, "silence")],
    needs: "overwriting",
    always: "nothing",
  },
];
