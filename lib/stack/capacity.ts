import { type Duration, Token } from "aws-cdk-lib";

/** How much of Lambda the function has. */
export interface CapacityProps {
  /**
   * MB. CPU comes with it: 1769 MB is one vCPU, and one picture seldom uses two.
   *
   * @default 1769
   */
  readonly memorySize?: number | undefined;
  /**
   * When AWS kills a request. The answer leaves before: every deadline counts back from here.
   *
   * @default Duration.seconds(20)
   */
  readonly timeout?: Duration | undefined;
  /**
   * How many pictures may be drawn at once.
   *
   * @default - what the account has left
   */
  readonly reservedConcurrency?: number | undefined;
  /**
   * How many processes of the function are started before anybody asks, and paid for all the time.
   *
   * @default 0
   */
  readonly provisionedConcurrency?: number | undefined;
  /**
   * How many invocations the account may have at once in this region; at least 100 must stay for others.
   *
   * @default 1000
   */
  readonly accountConcurrency?: number | undefined;
  /**
   * MB of /tmp. The function writes nothing there: a layer of one's own may.
   *
   * @default 512
   */
  readonly ephemeralStorage?: number | undefined;
}

/** Concurrency that Lambda wants to stay unreserved. */
const UNRESERVED = 100;

/** Throws one sentence when Lambda would refuse it, or it could not work. */
export function checkCapacity(props: CapacityProps): void {
  const { memorySize, ephemeralStorage, reservedConcurrency, accountConcurrency = 1000 } = props;
  const { provisionedConcurrency = 0 } = props;
  within("memorySize", memorySize, 128, 10_240);
  within("ephemeralStorage", ephemeralStorage, 512, 10_240);
  within("accountConcurrency", accountConcurrency, 1, Number.MAX_SAFE_INTEGER);
  // A new account has ten.
  const most = Math.max(0, accountConcurrency - UNRESERVED);
  within("provisionedConcurrency", provisionedConcurrency, 0, most);
  wholeSeconds(props.timeout);
  if (reservedConcurrency === undefined || Token.isUnresolved(reservedConcurrency)) return;
  if (reservedConcurrency > most) {
    throw new Error(
      `reservedConcurrency: expected at most ${most}, for ${UNRESERVED} of the account's ${accountConcurrency} must stay unreserved, got ${reservedConcurrency}; if the account has more, say accountConcurrency`,
    );
  }
  within("reservedConcurrency", reservedConcurrency, 0, most);
  if (provisionedConcurrency > reservedConcurrency) {
    throw new Error(
      `provisionedConcurrency: expected at most reservedConcurrency, ${reservedConcurrency}, got ${provisionedConcurrency}`,
    );
  }
}

function within(name: string, value: number | undefined, min: number, max: number): void {
  if (value === undefined || Token.isUnresolved(value)) return;
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new Error(`${name}: expected an integer from ${min} to ${max}, got ${value}`);
}

function wholeSeconds(timeout: Duration | undefined): void {
  if (timeout === undefined || timeout.isUnresolved()) return;
  const seconds = timeout.toMilliseconds() / 1000;
  if (Number.isInteger(seconds) && seconds >= 1) return;
  throw new Error(`timeout: expected whole seconds, 1 or more, got ${seconds}`);
}
