import { type Format, formatNamed, formats } from "../../lambda/formats.ts";
import type { Load } from "./capacity.ts";

type Given = Readonly<
  Partial<
    Record<"average" | "megapixels" | "rate" | "hit-ratio" | "format" | "width" | "architecture", string>
  >
>;

/** The load that arguments tell. Throws one sentence that names the argument when one is nonsense. */
export const loadIn = (given: Given): Load => ({
  average: bytesIn("--average", given.average ?? "2MB"),
  megapixels: numberIn("--megapixels", given.megapixels ?? "12", 0.01, 1000),
  rate: numberIn("--rate", given.rate ?? "10", 0, 1e6),
  hitRatio: numberIn("--hit-ratio", given["hit-ratio"] ?? "0.9", 0, 1),
  format: formatIn("--format", given.format ?? "webp"),
  width: numberIn("--width", given.width ?? "800", 1, 16_383),
  architecture: architectureIn(given.architecture ?? "arm64"),
});

/** What `--architecture` says. Throws one sentence when that is none. */
export function architectureIn(given: string): Load["architecture"] {
  if (given === "arm64" || given === "x86_64") return given;
  throw new Error(`--architecture: expected arm64 or x86_64, got "${given}"`);
}

function numberIn(name: string, given: string, min: number, max: number): number {
  const value = Number(given);
  if (given.trim() !== "" && value >= min && value <= max) return value;
  throw new Error(`${name}: expected a number from ${min} to ${max}, got "${given}"`);
}

const units = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9 } as const;

function bytesIn(name: string, given: string): number {
  const [, number = "", unit = "B"] = /^(\d+(?:\.\d+)?)\s*(B|KB|MB|GB)?$/i.exec(given.trim()) ?? [];
  const [, factor = 1] = Object.entries(units).find(([one]) => one === unit.toUpperCase()) ?? [];
  if (number === "" || Number(number) === 0)
    throw new Error(`${name}: expected a size such as 2MB, got "${given}"`);
  return Number(number) * factor;
}

function formatIn(name: string, given: string): Format {
  const format = formatNamed(given);
  if (format && formats[format].writes) return format;
  throw new Error(`${name}: expected a format that can be written, got "${given}"`);
}
