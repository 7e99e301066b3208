import { random } from "./random.ts";

const palettes = [
  ["#f4ead7", "#d9593d"],
  ["#1f3a5f", "#f0b541"],
  ["#e8a598", "#1f3a5f"],
  ["#2f7f79", "#f4ead7"],
  ["#f0b541", "#d9593d"],
  ["#f4ead7", "#2f7f79"],
  ["#d9593d", "#1f3a5f"],
  ["#cfe0d8", "#1f3a5f"],
  ["#1f3a5f", "#e8a598"],
];

/** Ways to fill a tile of side 100, in its second colour. */
const motifs = [
  '<path d="M0,0 H100 A100,100 0 0 1 0,100 Z"/>',
  '<path d="M0,0 A50,50 0 0 0 100,0 Z"/><path d="M0,100 A50,50 0 0 1 100,100 Z"/>',
  '<circle cx="50" cy="50" r="50"/><circle cx="50" cy="50" r="24" fill="BASE"/>',
  '<path d="M0,0 L100,100 H0 Z"/>',
  '<path d="M0,0 A100,100 0 0 1 100,100 A100,100 0 0 1 0,0 Z"/>',
  '<path d="M0,50 A50,50 0 0 1 100,50 Z"/><path d="M0,100 A50,50 0 0 1 100,100 Z"/>',
  '<path d="M0,0 H100 A100,100 0 0 1 0,100 Z"/><path d="M0,0 H66 A66,66 0 0 1 0,66 Z" fill="BASE"/><path d="M0,0 H33 A33,33 0 0 1 0,33 Z"/>',
  '<path d="M50,0 A50,50 0 0 1 50,100 A62,62 0 0 0 50,0 Z"/><circle cx="30" cy="50" r="12"/>',
  '<path d="M0,0 H20 V100 H0 Z M40,0 H60 V100 H40 Z M80,0 H100 V100 H80 Z"/>',
];

/** A quilt of quarter circles and triangles, 3:4. */
export function tiles(width: number, height: number): string {
  const next = random(1925);
  const pick = <T>(from: readonly T[]) => from[Math.floor(next() * from.length)];
  const quilt = Array.from({ length: 48 }, (_, nth) => {
    const [x, y] = [(nth % 6) * 100, Math.floor(nth / 6) * 100];
    const [base = "", ink = ""] = pick(palettes) ?? [];
    const motif = (pick(motifs) ?? "").replaceAll("BASE", base);
    const turn = Math.floor(next() * 4) * 90;
    return `<g transform="translate(${x} ${y}) rotate(${turn} 50 50)"><rect width="100" height="100" fill="${base}"/><g fill="${ink}">${motif}</g></g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 720 960">
    <rect width="720" height="960" fill="#f8f1e3"/>
    <g transform="translate(60 80)">${quilt.join("")}</g>
  </svg>`;
}
