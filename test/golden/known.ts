import type { Known } from "./differences.ts";

/** Written by `node test/golden/report.ts --update`; the classes are given by hand. */
export const known = {
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
      marked: [29],
      output: [70, 73, 143],
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
      effects: [26, 30, 52],
      errors: [74],
      gravity: [32, 44, 45, 75, 98, 102, 103],
      ground: [43, 49, 58, 78, 90],
      marked: [0],
      maximum: [4, 5, 10, 11, 13, 14],
      mixed: [17, 29, 73, 94],
      orient: [94],
      output: [22, 117, 138],
      presets: [0],
      quality: [0, 11],
      resize: [6, 42, 49, 71, 81, 90],
      scale: [16, 62],
    },
    length: {
      effects: [30, 52],
      gravity: [44, 45, 75, 98, 102, 103],
      ground: [49, 78, 90],
      marked: [0],
      maximum: [4, 5, 10, 11, 13, 14],
      mixed: [17, 29, 73],
      orient: [94],
      output: [22],
      presets: [0],
      resize: [6, 71, 81, 90],
      scale: [16],
    },
    picture: {
      effects: [26, 30],
      gravity: [44, 98, 102],
      ground: [43, 58, 90],
      maximum: [4, 5, 11, 14],
      mixed: [17, 29, 73],
      output: [22, 117, 138],
      quality: [0],
      resize: [42, 49, 90],
      scale: [62],
    },
  },
  H3: {
    length: {
      maximum: [12],
      upright: [15],
    },
    picture: {
      allowed: [15],
      auto: [37, 58],
      crop: [36, 114],
      effects: [20, 37],
      enforce: [10, 35],
      gravity: [13, 123],
      ground: [87],
      headers: [9, 21, 23, 24],
      marked: [9],
      maximum: [0, 1, 22, 28],
      mixed: [156],
      output: [116],
      palette: [0, 6],
      preferred: [4],
      resize: [31, 52],
      scale: [15, 28, 34, 35, 41, 43, 50, 61, 68, 82, 87, 88],
    },
  },
  I: {
    about: {
      effects: [2, 13, 20, 27, 40, 48, 50, 54, 58],
      mixed: [28, 60, 78, 88, 109, 132],
      presets: [27],
    },
    length: {
      auto: [17],
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
      vector: [20],
    },
  },
  W: {
    text: {
      grammar: [
        0, 3, 24, 26, 43, 55, 67, 112, 122, 131, 153, 187, 241, 269, 272, 273, 280, 287, 325, 331, 333, 338,
        365, 372, 388, 391, 404, 429, 466, 480, 493, 516, 543, 591, 594, 618, 623, 666, 685, 692, 728, 746,
        763, 765, 769, 782, 783, 785, 787, 814, 825, 833, 865, 884,
      ],
    },
  },
} as const satisfies Known;
