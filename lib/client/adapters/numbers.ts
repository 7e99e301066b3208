/** A number as pages write it: `300`, `"300"`; `undefined` where there is none above 0. Rounded, since options ask for whole px. */
export function wholeNumber(said: unknown): number | undefined {
  const number = typeof said === "string" && said.trim() === "" ? Number.NaN : Number(said);
  return Number.isFinite(number) && number > 0 ? Math.max(1, Math.round(number)) : undefined;
}

/** The least of the widths that is not below the one asked for, or the widest; without widths, as it was asked. */
export function atLeast(width: number | undefined, widths: readonly number[] = []): number | undefined {
  if (widths.length === 0) return width;
  const wideEnough = width === undefined ? [] : widths.filter((one) => one >= width);
  return wideEnough.length > 0 ? Math.min(...wideEnough) : Math.max(...widths);
}
