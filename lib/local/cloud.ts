import { type Config, readConfig, variables } from "../../lambda/config/variables.ts";
import { EDGE_KEYS, pairsOf, writePairs } from "../../lambda/keys/pairs.ts";
import { keepAfter } from "../capacity/keeping.ts";
import { type Environment, ownVariables } from "../environment.ts";
import { keysDigest } from "../keys/digest.ts";
import { COLD_START_ALLOWANCE, KEPT_DAYS } from "../origins.ts";
import { viewerRequestCode } from "../stack/edge-code.ts";
import { customHeaders, forwardedHeaders, securityHeaders } from "../stack/policy-headers.ts";
import { type Edge, type EdgeProps, type Served, startEdge } from "./edge/edge.ts";
import { type KeyValueStore, memoryStore } from "./edge/key-value-store.ts";
import { functionOrigin, hearing, type Origin, originGroup, refusingLongHeaders } from "./edge/origins.ts";
import type { SigningKeys } from "./keys.ts";
import type { Bundle } from "./lambda/bundle.ts";
import { type LocalFunction, startFunction } from "./lambda/function.ts";
import { startFunctionUrl } from "./lambda/function-url.ts";
import type { Listening } from "./listen.ts";
import { type Purging, type PurgingOptions, startPurging } from "./purge/purging.ts";
import { accessVariables, buckets, type S3Access } from "./s3/access.ts";

/** What of the cloud is to be settled. */
export interface CloudProps {
  readonly bundle: Bundle;
  /** The S3 the function reads and writes. */
  readonly s3: S3Access;
  /** The way the edge takes to the derivative bucket. */
  readonly derivatives: Origin;
  /** The function's variables beside those that lead to the buckets. */
  readonly env: Readonly<Record<string, string>>;
  /** MB of the function. @default 1769, one vCPU */
  readonly memory?: number;
  /** Seconds of the function. @default 20 */
  readonly timeout?: number;
  /** Processes of the function at most. @default the number of CPUs, at least 2 */
  readonly concurrency?: number;
  /** Where the edge listens. @default a free port of this machine alone */
  readonly listening?: Listening;
  /** Cache-Control for viewers in place of the function's own. */
  readonly viewerCacheControl?: string | undefined;
  /** Hears of a key before it is looked up in the edge's cache. */
  readonly asked?: (key: string) => Promise<void>;
  /** Where the edge finds the signing keys; the function's are put there. @default one in memory */
  readonly keyValueStore?: KeyValueStore;
  /** @default true, as in the stack, unless failures are told with all that is known */
  readonly edgeVerification?: boolean;
  /** How purging is to be otherwise than usual. */
  readonly purging?: PurgingOptions;
  readonly before?: EdgeProps["before"];
  readonly served?: (served: Served) => void;
  /** Takes the function's log lines. */
  readonly log?: (line: string) => void;
}

/** Edge and function, running. */
export interface Cloud {
  readonly edge: Edge;
  /** What takes events of S3. */
  readonly purging: Purging;
  readonly fn: LocalFunction;
  /** Where a viewer asks: http://localhost:port */
  readonly origin: string;
  /** Verifies with other keys from the next request on, at the edge and in the function. */
  verifyWith(keys: SigningKeys): Promise<void>;
  stop(): Promise<void>;
}

/** Puts the function behind the edge. Rejects when the port is taken, or one of the function's variables is nonsense. */
export async function startCloud(props: CloudProps): Promise<Cloud> {
  const { bundle, s3, derivatives, memory = 1769, timeout = 20, concurrency, log = () => {} } = props;
  const { env, config, verified } = settled(props);
  const { keyValueStore = memoryStore() } = props;
  const codeFor = async (of: Config) => {
    if (verified) await keyValueStore.put(EDGE_KEYS, writePairs(pairsOf(of)));
    return viewerRequestCode(of, verified);
  };
  const code = await codeFor(config);
  const variablesOf = (own: Environment) => ({
    ...onLambda,
    ...ownVariables,
    ...accessVariables(s3),
    ...own,
  });
  const headers = { ...securityHeaders, ...customHeaders(config) };

  const fn = startFunction({
    bundle,
    env: variablesOf(env),
    memory,
    timeout,
    log,
    ...(concurrency && { concurrency }),
  });
  const url = await startFunctionUrl(fn, config.responseStreaming ? "RESPONSE_STREAM" : "BUFFERED");
  const origins = originGroup(
    refusingLongHeaders(derivatives),
    functionOrigin(url.origin, timeout + COLD_START_ALLOWANCE),
  );
  const origin = hearing(forwardedHeaders(config), origins);
  const stopFunction = async () => {
    url.stop();
    await fn.stop();
  };
  try {
    const edge = await startEdge({
      ...{ ...props, code, origin, headers },
      keyValueStore: verified ? keyValueStore : undefined,
    });
    const purging = await startPurging({ ...props, edge, config, timeout, log, onLambda });
    const stop = async () => {
      edge.stop();
      await purging.stop();
      await stopFunction();
    };
    const verifyWith = async (keys: SigningKeys) => {
      const next = settled({ ...props, env: { ...props.env, ...keys } });
      edge.become(await codeFor(next.config));
      fn.restart(variablesOf(next.env));
    };
    return { edge, fn, purging, origin: originOf(edge.port, props.listening), verifyWith, stop };
  } catch (error) {
    await stopFunction();
    throw error;
  }
}

/** The function's variables, read, and whether the edge verifies signatures: as the stack settles it. */
function settled(props: Pick<CloudProps, "env" | "edgeVerification" | "memory">) {
  const { memory = 1769 } = props;
  const { name } = variables.derivativesBucket;
  const given = {
    [variables.keepAfter.name]: `${keepAfter({ memory, architecture: "arm64", days: KEPT_DAYS })}`,
    ...props.env,
    // "" says that nothing is kept; another bucket there is not.
    [name]: props.env[name] === "" ? "" : buckets.derivatives,
  };
  const known = readConfig(given);
  const signed = known.keys.length > 0;
  const { edgeVerification = !known.developmentErrorsMode } = props;
  const env: Environment = {
    ...given,
    ...(signed && !edgeVerification && { [variables.keysDigest.name]: keysDigest(known) }),
  };
  return { env, config: readConfig(env), verified: signed && edgeVerification };
}

/** Where a viewer on this machine asks. */
function originOf(port: number, { host = "127.0.0.1" }: Listening = {}): string {
  const own = ["127.0.0.1", "0.0.0.0", "::", "::1", "localhost"].includes(host);
  const name = host.includes(":") ? `[${host}]` : host;
  return `http://${own ? "localhost" : name}:${port}`;
}

/** What Lambda's machine lacks: a user's AWS configuration. */
const onLambda = {
  AWS_CONFIG_FILE: "/dev/null",
  AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
};
