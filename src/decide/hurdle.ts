/** What another portfolio has to be worth to be recommended in place of the chosen one: the rules of `recommend.ts` for two. */
export interface Hurdle {
  /** The multiple of what the chosen one is worth that the other must stay below: more than 1 where a tie is the other's. */
  readonly tieFactor: number;
  /** What leaving today's options must save, in USD a month; negative where the other one goes back to them and may cost as much more. */
  readonly leastGainUsd: number;
}

/** Nothing but worth counts. */
export const NO_HURDLE: Hurdle = { tieFactor: 1, leastGainUsd: 0 };

/**
 * Whether the other portfolio is recommended, by what both are worth in USD a month. What runs today may also be dearer by what a migration must
 * earn; what would replace it has to be worth that much more, and win the tie.
 *
 * Example: with a tie factor of 1 / 1.02 and 50 USD to earn, 940 replaces 1,000, but neither 990 (a tie) nor 955 (45 USD) does.
 */
export function clears({ tieFactor, leastGainUsd }: Hurdle, chosenUsd: number, otherUsd: number): boolean {
  const wins = otherUsd < chosenUsd * tieFactor;
  if (leastGainUsd < 0) return wins || otherUsd - chosenUsd <= -leastGainUsd;
  return wins && (leastGainUsd === 0 || chosenUsd - otherUsd > leastGainUsd);
}
