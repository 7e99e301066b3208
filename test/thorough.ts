/** How often something is tried: `usual` times among all tests, `thorough` times where THOROUGH=1 asks for it. */
export const tries = (usual: number, thorough: number): number =>
  process.env.THOROUGH === "1" ? thorough : usual;
