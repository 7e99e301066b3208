/** Options that the function refuses, each for another reason. */
export const nonsense: readonly object[] = [
  { quality: 101 },
  { width: -1 },
  { width: 1.5 },
  { resizing_type: "wide" },
  { gravity: { x: 1 } },
  { background: "orange" },
  { padding: { above: 1 } },
  { widht: 300 },
];
