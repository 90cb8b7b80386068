import type { PlannedPolicy } from "./evaluation-types.ts";
import type { CostLine } from "./types.ts";

/** Months after which a budget is looked at again: a plan that grows for five years would else be watched by its last month from the first. */
const MONTHS_OF_BUDGET = 12;

/** What the budget of a stack counts and where it ends, in whole US dollars a month. */
export interface StackBudget {
  /** What AWS bills in the largest month of the plan's first year; at least one dollar. Other providers and people are not in it. */
  readonly limitUsd: number;
  /** The first month of the plan, in the same terms: where it is smaller, the limit leaves room at first. */
  readonly firstMonthUsd: number;
  /** True where all of it carries the stack's tag; false where Bedrock's tokens, which carry none, are part of it. */
  readonly tagged: boolean;
}

/**
 * The budget follows the plan month by month. A stack without servers that calls Bedrock watches the whole account, because model calls carry no
 * tag; every other one watches its tag, and so leaves tokens on Bedrock out of limit and count alike.
 *
 * Example: servers of 4,000 USD that become 8,000 in the seventh month, and 300 USD around them, give a limit of 8,300, not the average of 6,300,
 * which would be exceeded from the seventh month on with everything as planned.
 */
export function stackBudget({ decision }: PlannedPolicy): StackBudget {
  const bought = decision.workloads.filter(({ option }) => (option?.overflow ?? option)?.route === "bedrock");
  const tagged = decision.fleets.length > 0 || bought.length === 0;
  const around = decision.workloads
    .flatMap(({ costLines }) => costLines.filter(isSteady))
    .reduce((sum, line) => sum + (line.monthlyUsd ?? 0), 0);
  const servers = decision.months.map(({ serversUsd }) => serversUsd);
  const steady = around - meanOf(servers);
  const months = decision.months
    .slice(0, MONTHS_OF_BUDGET)
    .map(({ serversUsd, bedrockUsd }) => steady + serversUsd + (tagged ? 0 : bedrockUsd));
  const whole = (usd: number) => Math.max(1, Math.ceil(usd));
  return { limitUsd: whole(Math.max(0, ...months)), firstMonthUsd: whole(months[0] ?? 0), tagged };
}

/** Lines that AWS bills but for tokens: people are no bill of AWS, and tokens are counted month by month. */
function isSteady({ unit }: CostLine): boolean {
  return unit !== "engineer-hour" && unit !== "million tokens";
}

function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
