import { foreignCertificate, onAccept, onHello } from "../acts.ts";
import type { Fault } from "../fault.ts";

/** The name does not lead anywhere. */
export const resolving: readonly Fault[] = [
  {
    name: "DNS silent",
    breaks: "the name server is silent for 600 ms",
    trouble: { names: "silent", ms: 600 },
    always: "nothing",
  },
  {
    name: "DNS silent long",
    breaks: "the name server is silent for 30 s; the address was good before",
    trouble: { names: "silent", ms: 30_000 },
    always: "nothing",
  },
  {
    name: "DNS NXDOMAIN",
    breaks: "the name server knows no such name for 50 ms",
    trouble: { names: "NXDOMAIN", ms: 50 },
    always: "nothing",
  },
  {
    name: "DNS SERVFAIL",
    breaks: "the name server fails for 100 ms",
    trouble: { names: "SERVFAIL", ms: 100 },
    always: "nothing",
  },
];

/** The connection does not come about. */
export const connecting: readonly Fault[] = [
  {
    name: "connect refused 300 ms",
    breaks: "connections are refused for 300 ms",
    trouble: { away: "refuse", ms: 300 },
    always: "nothing",
  },
  {
    name: "connect SYN swallowed",
    breaks: "connections come to nothing for 700 ms",
    trouble: { away: "swallow", ms: 700 },
    always: "nothing",
  },
  { name: "connect RST", breaks: "a connection is reset as soon as it is there", acts: [onAccept("RST")] },
  { name: "connect FIN", breaks: "a connection is closed as soon as it is there", acts: [onAccept("FIN")] },
  {
    name: "connect taken, silent",
    breaks: "a connection is taken, and nobody reads from it",
    acts: [onAccept("silence")],
  },
];

/** The handshake does not come to its end. */
export const handshaking: readonly Fault[] = [
  { name: "TLS silent", breaks: "a handshake is not answered", acts: [onHello("silence")], onlyTls: true },
  { name: "TLS RST", breaks: "a handshake is reset", acts: [onHello("RST")], onlyTls: true },
  { name: "TLS FIN", breaks: "a handshake is closed", acts: [onHello("FIN")], onlyTls: true },
  {
    name: "TLS garbage",
    breaks: "a handshake is answered by nonsense",
    acts: [onHello("silence", "nonsense of some length\r\n\r\n")],
    onlyTls: true,
  },
  {
    name: "TLS plain text",
    breaks: "a handshake is answered in HTTP",
    acts: [onHello("FIN", "HTTP/1.1 400 Bad Request\r\n\r\n")],
    onlyTls: true,
  },
  {
    name: "TLS alert",
    breaks: "a handshake is refused",
    acts: [onHello("FIN", "\x15\x03\x03\x00\x02\x02\x28")],
    onlyTls: true,
  },
  {
    name: "TLS foreign certificate",
    breaks: "somebody else answers",
    acts: [foreignCertificate],
    onlyTls: true,
  },
];
