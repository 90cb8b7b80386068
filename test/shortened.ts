/** Whether the long leg of `.ci/run` asks for everything. */
export const isLong = process.env.BREAKEVEN_SLOW === "1";

/**
 * How many of `all` a test tries: all in the long leg, `quick` while a person waits for `npm test`, and then it is said out loud.
 *
 * Example: `shortened(2_000, 60, "random policies")` is 60 unless BREAKEVEN_SLOW is 1.
 */
export function shortened(all: number, quick: number, what: string): number {
  if (isLong) return all;
  process.stderr.write(`\nSHORTENED: ${quick} of ${all.toLocaleString("en")} ${what}; BREAKEVEN_SLOW=1, as .ci/run sets it, tries all\n\n`);
  return quick;
}
