import { STACK_TAG } from "../base-stack.ts";
import { BudgetsBudget, TerraformOutput } from "../provider.ts";
import type { Foundation } from "./foundation.ts";

/** Warn while there is time to act, and again when the month's money is gone; percent of the policy's expected cost. */
const FORECAST_PERCENT = 80;
const ACTUAL_PERCENT = 100;

/**
 * Monthly budget of the policy's expected cost. With servers it counts what carries the stack's tag; without, the whole account,
 * because model calls (Bedrock) carry no tag. Bills of providers outside AWS never appear in AWS Budgets. GovCloud has none.
 */
export function buildBudget(foundation: Foundation): void {
  const { stack, config, prefix, topic } = foundation;
  if (config.partition !== "aws") return;
  const tagged = config.fleets.length > 0;
  const subscriberSnsTopicArns = [topic.arn];
  const rule = { comparisonOperator: "GREATER_THAN", thresholdType: "PERCENTAGE", subscriberSnsTopicArns };
  new BudgetsBudget(stack, "budget", {
    name: `${prefix}-monthly`,
    budgetType: "COST",
    timeUnit: "MONTHLY",
    limitAmount: String(config.monthlyBudgetUsd),
    limitUnit: "USD",
    ...(tagged ? { costFilter: [{ name: "TagKeyValue", values: [`user:${STACK_TAG}$${prefix}`] }] } : {}),
    notification: [
      { ...rule, notificationType: "FORECASTED", threshold: FORECAST_PERCENT },
      { ...rule, notificationType: "ACTUAL", threshold: ACTUAL_PERCENT },
    ],
  });
  new TerraformOutput(stack, "budget_scope", {
    description: "What the budget counts",
    value: tagged
      ? `${config.monthlyBudgetUsd} USD a month over the tag ${STACK_TAG}=${prefix}; activate the tag in the payer account (Billing, cost allocation tags), until then the budget reads 0`
      : `${config.monthlyBudgetUsd} USD a month over the whole AWS account; bills of providers outside AWS are not in it, set a limit there too`,
  });
}
