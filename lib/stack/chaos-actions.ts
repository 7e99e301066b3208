import type { Duration } from "aws-cdk-lib";

/** A fault, in the words of FIS. */
export interface Action {
  readonly actionId: string;
  /** What breaks, and what holds all the same. */
  readonly description: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly targets: Readonly<Record<string, string>>;
}

/** What the faults are made with. */
export interface ActionsProps {
  /** % of the invocations. */
  readonly percentage: number;
  readonly duration: Duration;
  /** The function's. */
  readonly timeout: Duration;
  /** Whether the function stands in subnets that can be cut off. */
  readonly network: boolean;
}

/** Of the function's time, that which is gone when a late invocation begins. */
const LATE = 0.75;

/** What goes wrong, in this order: what the function answers itself, what Lambda answers in its place, and S3 where there is a way to cut. */
export function actionsOf({
  percentage,
  duration,
  timeout,
  network,
}: ActionsProps): Readonly<Record<string, Action>> {
  const always = { duration: duration.toIsoString() };
  const some = { ...always, invocationPercentage: String(percentage) };
  const targets = { Functions: "Function" };
  const delay = String(Math.round(timeout.toMilliseconds() * LATE));
  return {
    "late-start": {
      actionId: "aws:lambda:invocation-add-delay",
      description: "Three quarters of the time are gone when a request begins: it is answered in the rest",
      parameters: { ...some, startupDelayMilliseconds: delay },
      targets,
    },
    ...(network && {
      "bucket-unreachable": {
        actionId: "aws:network:disrupt-connectivity",
        description: "S3 cannot be reached: sources in memory are answered, others with 504 in time",
        parameters: { ...always, scope: "s3" },
        targets: { Subnets: "Subnets" },
      },
    }),
    "no-process": {
      actionId: "aws:lambda:invocation-http-integration-response",
      description: "Lambda has no process left, 429: what is cached or kept is answered all the same",
      parameters: { ...some, statusCode: "429", contentTypeHeader: "text/plain", preventExecution: "true" },
      targets,
    },
    "no-answer": {
      actionId: "aws:lambda:invocation-error",
      description: "The function dies: what is cached or kept is answered all the same",
      parameters: { ...some, preventExecution: "true" },
      targets,
    },
  };
}
