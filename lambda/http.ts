/** A request as it stands on the wire. */
export interface HttpRequest {
  readonly method: string;
  /** The raw request target up to the first `?`, nothing decoded. */
  readonly path: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** The key the edge function asked the derivative bucket for; absent when the request came without CloudFront. */
  readonly edgeKey?: string;
}

/** An answer before it is put into a Lambda result. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes go out in base64, text as it is. */
  readonly body: Uint8Array | string;
}
