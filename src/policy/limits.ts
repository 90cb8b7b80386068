/** The largest preference budget that a policy may declare, as a share of its cost: beyond half, cost would no longer be what decides. */
export const LARGEST_BUDGET_RATIO = 0.5;
/** The largest weight of a preference. */
export const LARGEST_WEIGHT = 3;
