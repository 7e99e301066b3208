import type { Known } from "./differences.ts";

/** Written by `node test/golden/report.ts --update`; the classes are given by hand. */
export const known = {
  B: {
    picture: {
      output: [74],
    },
  },
  E: {
    length: {
      effects: [10],
      ground: [29],
    },
    picture: {
      allowed: [4],
      effects: [10],
      enforce: [32],
      filesize: [13],
      gravity: [59, 101],
      ground: [29, 41],
      headers: [36],
      keep: [2, 23],
      linear: [3, 11, 16],
      marked: [29],
      output: [58, 70, 73, 75, 79, 100, 143],
      preferred: [5],
      presets: [21],
      quality: [41],
      resize: [82],
      separator: [6],
      upright: [30],
    },
  },
  F: {
    about: {
      animation: [11, 27, 49, 52, 71, 72],
      fallback: [24],
      quality: [11],
    },
  },
  H3: {
    length: {
      oddformats: [8],
      upright: [15],
    },
    picture: {
      allowed: [15],
      auto: [37, 53],
      effects: [37],
      enforce: [35],
      gravity: [13, 123],
      ground: [87],
      headers: [9, 21, 23, 24],
      keep: [3, 14],
      limit: [24],
      marked: [9],
      maximum: [0, 1, 28],
      output: [37, 116, 118],
      palette: [0, 6, 27],
      resize: [31],
      scale: [61, 68],
    },
  },
  M: {
    length: {
      auto: [17],
      output: [102],
    },
    picture: {
      output: [40, 56, 106, 129],
    },
  },
  N: {
    headers: {
      grammar: [750, 793],
    },
    status: {
      grammar: [750, 793],
    },
  },
  S: {
    picture: {
      vector: [48],
    },
    size: {
      rasterize: [10, 12],
      vector: [20],
    },
  },
  W: {
    text: {
      grammar: [
        0, 3, 24, 26, 43, 53, 55, 61, 67, 81, 100, 112, 122, 131, 153, 162, 183, 187, 189, 195, 241, 242, 259,
        269, 272, 273, 280, 287, 302, 308, 325, 331, 333, 338, 365, 368, 372, 388, 391, 404, 429, 443, 466,
        480, 493, 514, 516, 543, 559, 591, 594, 595, 618, 623, 643, 666, 685, 692, 719, 728, 742, 746, 763,
        765, 769, 780, 782, 783, 785, 787, 796, 814, 816, 825, 833, 839, 856, 865, 876, 883, 884,
      ],
    },
  },
} as const satisfies Known;
