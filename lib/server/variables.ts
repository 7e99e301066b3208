import {
  flag,
  integer,
  matching,
  oneOf,
  readVariable,
  seconds,
  type Variable,
} from "../../lambda/config/kinds.ts";

/** Every variable that only `shutterspeed serve` reads, by the name the code calls it; it reads all the function's, too. */
export const serverVariables = {
  bind: matching(
    /^(\S*:\d+|\/\S*)$/,
    "an address such as :8080 or 127.0.0.1:8080, or with IMGPROXY_NETWORK=unix the path of a socket",
  )({
    name: "IMGPROXY_BIND",
    keyed: false,
    default: "",
    doc: "Where to listen: `:8080`, `127.0.0.1:8080`, `[::1]:8080`, or the path of a socket. Unset, on PORT of every address.",
  }),
  port: integer(
    0,
    65_535,
  )({
    name: "PORT",
    keyed: false,
    default: 8080,
    doc: "The port, where IMGPROXY_BIND names none; 0 takes a free one.",
  }),
  network: oneOf(["tcp", "tcp4", "tcp6", "unix"])({
    name: "IMGPROXY_NETWORK",
    keyed: false,
    default: "tcp",
    doc: "What is listened on: tcp, tcp4, tcp6 or unix.",
  }),
  maxClients: integer(0)({
    name: "IMGPROXY_MAX_CLIENTS",
    keyed: false,
    default: 2048,
    doc: "Connections at once; further ones are closed. 0 is no limit.",
  }),
  workers: integer(0)({
    name: "IMGPROXY_WORKERS",
    keyed: false,
    default: 0,
    doc: "Pictures in work at once, downloads included, which share the container's memory. 0 is twice the CPUs, as far as each has 512 MB then.",
  }),
  queue: integer(0)({
    name: "IMGPROXY_REQUESTS_QUEUE_SIZE",
    keyed: false,
    default: 0,
    doc: "Requests that may wait for their turn; further ones are answered 429. 0 is no limit.",
  }),
  timeout: seconds({
    name: "IMGPROXY_TIMEOUT",
    keyed: false,
    default: 10,
    doc: "Seconds from a request to its answer, waiting for its turn included: 503 then, or 504 where the source was waited for.",
  }),
  readRequestTimeout: seconds({
    name: "IMGPROXY_READ_REQUEST_TIMEOUT",
    keyed: false,
    default: 10,
    doc: "Seconds a request may take to arrive: 408 then.",
  }),
  writeResponseTimeout: seconds({
    name: "IMGPROXY_WRITE_RESPONSE_TIMEOUT",
    keyed: false,
    default: 10,
    doc: "Seconds a client may take to receive an answer; then its connection is closed.",
  }),
  keepAliveTimeout: integer(0)({
    name: "IMGPROXY_KEEP_ALIVE_TIMEOUT",
    keyed: false,
    default: 10,
    doc: "Seconds a connection may be idle between two requests; 0 keeps none. More than a load balancer's before it, which would else ask on one that is being closed.",
  }),
  gracefulStopTimeout: seconds({
    name: "IMGPROXY_GRACEFUL_STOP_TIMEOUT",
    keyed: false,
    default: 20,
    doc: "Seconds that requests in work have after SIGTERM or SIGINT.",
  }),
  metrics: flag({
    name: "SHUTTERSPEED_METRICS",
    keyed: false,
    default: false,
    doc: "Write the function's metrics into the log, too, in CloudWatch's embedded metric format.",
  }),
} as const satisfies Record<string, Variable<never> | Variable<unknown>>;

/** What they say. */
export type ServerConfig = {
  readonly [K in keyof typeof serverVariables]: (typeof serverVariables)[K]["default"];
};

/** Reads them. Throws one sentence that names the variable when a value is nonsense. */
export const readServerConfig = (env: Readonly<Record<string, string | undefined>>): ServerConfig => ({
  bind: readVariable(serverVariables.bind, env),
  port: readVariable(serverVariables.port, env),
  network: readVariable(serverVariables.network, env),
  maxClients: readVariable(serverVariables.maxClients, env),
  workers: readVariable(serverVariables.workers, env),
  queue: readVariable(serverVariables.queue, env),
  timeout: readVariable(serverVariables.timeout, env),
  readRequestTimeout: readVariable(serverVariables.readRequestTimeout, env),
  writeResponseTimeout: readVariable(serverVariables.writeResponseTimeout, env),
  keepAliveTimeout: readVariable(serverVariables.keepAliveTimeout, env),
  gracefulStopTimeout: readVariable(serverVariables.gracefulStopTimeout, env),
  metrics: readVariable(serverVariables.metrics, env),
});
