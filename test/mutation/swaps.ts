/** One spelling for another. */
export type Swaps = Readonly<Record<string, string>>;

/** Whether the bound itself is in. */
export const boundaries: Swaps = { "<": "<=", "<=": "<", ">": ">=", ">=": ">" };

export const negations: Swaps = {
  "<": ">=",
  "<=": ">",
  ">": "<=",
  ">=": "<",
  "===": "!==",
  "!==": "===",
  "==": "!=",
  "!=": "==",
};

export const arithmetic: Swaps = {
  "+": "-",
  "-": "+",
  "*": "/",
  "/": "*",
  "%": "*",
  "**": "*",
  "+=": "-=",
  "-=": "+=",
  "*=": "/=",
  "/=": "*=",
  "++": "--",
  "--": "++",
};

export const logic: Swaps = { "&&": "||", "||": "&&", "??": "&&", "??=": "=", "||=": "=", "&&=": "=" };

/** Methods for their opposites. */
export const methods: Swaps = {
  some: "every",
  every: "some",
  min: "max",
  max: "min",
  floor: "ceil",
  ceil: "floor",
  find: "findLast",
  findLast: "find",
  findIndex: "findLastIndex",
  findLastIndex: "findIndex",
  indexOf: "lastIndexOf",
  lastIndexOf: "indexOf",
  startsWith: "endsWith",
  endsWith: "startsWith",
  toLowerCase: "toUpperCase",
  toUpperCase: "toLowerCase",
};
