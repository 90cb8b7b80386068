import type { WorkloadFacts } from "./facts.ts";
import type { FeasibleOption, SelfHostOption, TokenOption, WorkloadOptions } from "./options.ts";
import { byText } from "./order.ts";
import type { Judgement } from "./rules/judge.ts";

/** One workload on own instances for the base of its load, with an API for what exceeds them. */
export interface SplitOption {
  readonly kind: "split";
  readonly base: SelfHostOption;
  readonly overflow: TokenOption;
}

/** What may serve a workload in a portfolio: a feasible option, or two of them together. */
export type Choice = FeasibleOption | SplitOption;

/** Own instances of a choice; null when it has none. */
export function hostsOf(choice: Choice): SelfHostOption | null {
  if (choice.kind === "split") return choice.base;
  return choice.kind === "self-host" ? choice : null;
}

/** The part of a choice that is bought by the token; null when it has none. */
export function tokensOf(choice: Choice): TokenOption | null {
  if (choice.kind === "split") return choice.overflow;
  return choice.kind === "self-host" ? null : choice;
}

/** Bedrock needs permission instead of a key. */
export function isKeyless(option: TokenOption): boolean {
  return option.candidate.route.id === "bedrock";
}

/** Stable id of a choice: that of its option, or `hybrid/qwen3-32b+api/openai/gpt-5.4-mini`. */
export function choiceId(choice: Choice): string {
  if (choice.kind !== "split") return choice.candidate.id;
  return `hybrid/${choice.base.candidate.model.id}+${choice.overflow.candidate.id}`;
}

/**
 * Whether requests of a workload may go to an API when its servers are full, which nobody sees happen.
 *
 * It fails closed: the policy must say what the data is (`data_class`) or that it may leave (`data_may_leave: true`), and the API
 * must pass every rule on its own; a rule that is only waived does not open a way out for the overflow.
 */
export function mayOverflow({ workload }: WorkloadOptions, to: TokenOption): boolean {
  return isClassDeclared(workload) && to.judgement.reasons.every(({ verdict }) => verdict === "pass" || verdict === "info");
}

/** The options that a choice is made of: two for a split, one otherwise. */
export function partsOf(choice: Choice): readonly FeasibleOption[] {
  return choice.kind === "split" ? [choice.base, choice.overflow] : [choice];
}

/** Verdicts on each part of a choice. */
export function judgementsOf(choice: Choice): readonly Judgement[] {
  return partsOf(choice).map(({ judgement }) => judgement);
}

/** Whether the policy says what the data of a workload is, or that it may leave. What is not known stays. */
export function isClassDeclared({ dataClasses, compliance }: WorkloadFacts): boolean {
  return dataClasses.length > 0 || compliance.dataMayLeave === true;
}

/**
 * Splits of one workload out of the listed options: each model on own instances, with every API that may take its overflow and whose
 * tokens cost this workload least among those that need the same key or permission. A dearer API can be the better one where another
 * workload pays for its key already. Empty when none may.
 */
export function splitsOf(
  entry: WorkloadOptions,
  options: readonly FeasibleOption[],
  usdOf: (option: TokenOption) => number,
  keyOf: (option: TokenOption) => string,
): readonly SplitOption[] {
  const ranked = options
    .flatMap((option) => (option.kind === "self-host" || !mayOverflow(entry, option) ? [] : [{ option, usd: usdOf(option) }]))
    .sort((a, b) => a.usd - b.usd || byText(a.option.candidate.id, b.option.candidate.id));
  const byKey = new Map<string, TokenOption>();
  for (const { option } of ranked) if (!byKey.has(keyOf(option))) byKey.set(keyOf(option), option);
  const overflows = [...byKey.values()];
  return options.flatMap((base) =>
    base.kind === "self-host" ? overflows.map((overflow) => ({ kind: "split", base, overflow }) as const) : [],
  );
}

/** The first split of each base and score: its overflow costs the least tokens. */
export function firstOfEach(splits: readonly SplitOption[], scoreOf: (split: SplitOption) => number): readonly SplitOption[] {
  return splits.filter(
    (split, index) => splits.findIndex((other) => other.base === split.base && scoreOf(other) === scoreOf(split)) === index,
  );
}
