import type { Context, LambdaFunctionURLEvent } from "aws-lambda";
import type { LambdaResult, StreamedResult } from "../lambda/http.ts";

/** The event of a function URL for this request. */
export function eventOf(
  path: string,
  headers: Readonly<Record<string, string>> = {},
  method = "GET",
): LambdaFunctionURLEvent {
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath: path,
    rawQueryString: "",
    headers,
    isBase64Encoded: false,
    requestContext: {
      accountId: "anonymous",
      apiId: "function",
      domainName: "function.lambda-url",
      domainPrefix: "function",
      http: { method, path, protocol: "HTTP/1.1", sourceIp: "127.0.0.1", userAgent: "test" },
      requestId: "event",
      routeKey: "$default",
      stage: "$default",
      time: "",
      timeEpoch: 0,
    },
  };
}

/** The context of an invocation that Lambda would end in `ms`. */
export function contextOf(ms: number): Context {
  const end = performance.now() + ms;
  const done = () => {};
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: "test",
    functionVersion: "$LATEST",
    invokedFunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:test",
    memoryLimitInMB: "1769",
    awsRequestId: "invocation-1",
    logGroupName: "test",
    logStreamName: "test",
    getRemainingTimeInMillis: () => Math.max(0, end - performance.now()),
    done,
    fail: done,
    succeed: done,
  };
}

/** What the function answered, where it does not stream. */
export function buffered(result: LambdaResult | StreamedResult | string): LambdaResult {
  if (typeof result === "object" && "isBase64Encoded" in result) return result;
  throw new TypeError("expected a result that is not streamed");
}
