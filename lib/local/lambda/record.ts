/** Something from outside, to be looked into by name; nothing is known of what it holds. */
export const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? { ...value } : {};
