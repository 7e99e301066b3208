import sharp from "sharp";

/** A picture to measure with: smooth shapes and grain, as a photograph has them. */
export async function photograph(width: number, height: number): Promise<Buffer> {
  const grain = { type: "gaussian", mean: 128, sigma: 12 } as const;
  const shapes = Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
      <linearGradient id="sky" x2="0" y2="1"><stop stop-color="#2a4d8f"/><stop offset="1" stop-color="#f4a261"/></linearGradient>
      <rect width="100%" height="100%" fill="url(#sky)"/><circle cx="70%" cy="40%" r="15%" fill="#ffe8b0"/>
      <path d="M0 ${height}L${width / 3} ${height / 2}L${width} ${height}Z" fill="#1d3b2a"/></svg>`,
  );
  return sharp({ create: { width, height, channels: 3, background: "#808080", noise: grain } })
    .composite([{ input: shapes, blend: "soft-light" }])
    .jpeg({ quality: 88 })
    .toBuffer();
}

/** The middle of some figures. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
