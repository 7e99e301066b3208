import { type DifferenceName, differences } from "../lib/differences.ts";

/** Why a vector or a case of imgproxy's is not answered as there: a row of the README's list. */
export const onPurpose = (name: DifferenceName): string => `on purpose: ${differences[name].here}`;
