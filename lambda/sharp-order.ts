/**
 * The order in which one sharp runs its operations, whatever order they are called in, and the methods that ask for each.
 * Read from sharp 0.35's pipeline. `extract` stands twice, as in sharp: before `resize` and after it.
 */
export const sharpOrder = [
  { call: "extractBefore", methods: ["extract"] },
  { call: "flatten", methods: ["flatten"] },
  { call: "resize", methods: ["resize"] },
  { call: "orient", methods: ["flop", "rotate"] },
  { call: "extractAfter", methods: ["extract"] },
  { call: "extend", methods: ["extend"] },
  { call: "blur", methods: ["blur"] },
  { call: "sharpen", methods: ["sharpen"] },
] as const;

/** An operation of sharp that has a place in its order. */
export type SharpCall = (typeof sharpOrder)[number]["call"];

/** Where in sharp's order an operation runs; a later one may follow an earlier one in the same sharp. */
export const rankOf = (call: SharpCall) => sharpOrder.findIndex((entry) => entry.call === call);
