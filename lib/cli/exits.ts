/** How the program ends. */
export const exits = {
  fine: 0,
  /** Something that was given cannot be used, or a URL would be refused. */
  refused: 1,
  /** The command line itself makes no sense. */
  usage: 2,
} as const;

/** The last lines of every command's help. */
export const exitsHelp = `
Exit status: ${exits.fine} fine, ${exits.refused} refused or failed (one line says why), ${exits.usage} wrong command line.`;
