import type { StackConfig } from "../../src/stack-config.ts";
import { STACK_TAG } from "../base-stack.ts";
import { BudgetsBudget, TerraformOutput } from "../provider.ts";
import type { Foundation } from "./foundation.ts";

/**
 * A month that is heading for more than the plan, and one that has spent it; percent of the largest month of the plan. A forecast at or below
 * 100 % is a month as planned, so a warning there would come every month; what is above by less than a tenth is noise.
 */
const FORECAST_PERCENT = 110;
const ACTUAL_PERCENT = 100;

/**
 * Monthly budget of the plan. It counts what carries the stack's tag; without servers and with Bedrock the whole account, because model calls
 * carry no tag. Bills of providers outside AWS never appear in AWS Budgets. GovCloud has none.
 */
export function buildBudget(foundation: Foundation): void {
  const { stack, config, prefix, topic } = foundation;
  if (config.partition !== "aws") return;
  const { limitUsd, tagged } = config.budget;
  const subscriberSnsTopicArns = [topic.arn];
  const rule = { comparisonOperator: "GREATER_THAN", thresholdType: "PERCENTAGE", subscriberSnsTopicArns };
  new BudgetsBudget(stack, "budget", {
    name: `${prefix}-monthly`,
    budgetType: "COST",
    timeUnit: "MONTHLY",
    limitAmount: String(limitUsd),
    limitUnit: "USD",
    ...(tagged ? { costFilter: [{ name: "TagKeyValue", values: [`user:${STACK_TAG}$${prefix}`] }] } : {}),
    notification: [
      { ...rule, notificationType: "FORECASTED", threshold: FORECAST_PERCENT },
      { ...rule, notificationType: "ACTUAL", threshold: ACTUAL_PERCENT },
    ],
  });
  new TerraformOutput(stack, "budget_scope", { description: "What the budget counts", value: budgetScope(config, prefix) });
}

/** What the budget counts, for people: where it ends, over what, and what is not in it. */
export function budgetScope({ api, budget: { limitUsd, firstMonthUsd, tagged } }: StackConfig, prefix: string): string {
  const grows = firstMonthUsd < limitUsd ? `, the largest month of the plan's first year (the first one is ${firstMonthUsd} USD)` : "";
  const untagged = api.some(({ keyless }) => keyless) ? "; tokens on Bedrock carry no tag and are not in it" : "";
  return tagged
    ? `${limitUsd} USD a month${grows} over the tag ${STACK_TAG}=${prefix}${untagged}; activate the tag in the payer account (Billing, cost allocation tags), until then the budget reads 0`
    : `${limitUsd} USD a month${grows} over the whole AWS account, because tokens on Bedrock carry no tag; bills of providers outside AWS are not in it, set a limit there too`;
}
