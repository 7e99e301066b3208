/** Does all the work, one piece at a time at each bench; what came of it stands in the order of the pieces. */
export async function inTurn<Piece, Bench, Made>(
  pieces: readonly Piece[],
  benches: readonly Bench[],
  work: (piece: Piece, bench: Bench) => Promise<Made>,
): Promise<Made[]> {
  const waiting = pieces.entries();
  const made: Made[] = [];
  const at = async (bench: Bench) => {
    // The benches share one iterator: each takes what no other has taken.
    for (const [nth, piece] of waiting) made[nth] = await work(piece, bench);
  };
  await Promise.all(benches.map(at));
  return made;
}
