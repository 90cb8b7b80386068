import type { BreakEven, Decision, OptionSummary, Path, Split, WorkloadDecision } from "../decide/types.ts";
import { percent, quantity } from "./money.ts";
import { clean } from "./text.ts";

const MAX_NAME = 64;

/**
 * The side that costs less beyond a break-even, seen from today's volume: servers above, an API below. Not always the side that was not chosen: a
 * migration or a preference can hold a dearer one.
 */
export function sideBeyond(breakEven: Pick<BreakEven, "requestsPerMonth">, requestsPerMonth: number): "api" | "self-host" {
  return breakEven.requestsPerMonth > requestsPerMonth ? "self-host" : "api";
}

/** When declared growth reaches a break-even volume, in words; a volume below today's is behind already, unless requests shrink to it. */
export function reachedWords(breakEven: BreakEven, requestsPerMonth: number): string {
  if (breakEven.reachedOn !== null) return breakEven.reachedOn;
  return breakEven.requestsPerMonth <= requestsPerMonth ? "passed" : "not within 60 months";
}

/** A path as the reader calls it. */
export const pathWords = {
  api: "API",
  "self-host": "self-host",
  hybrid: "hybrid",
  none: "no option",
} as const satisfies Record<Path, string>;

/** What stands against the API of a workload: own servers, or where it is split own servers with or without their overflow. */
export function ownWord(isSplit: boolean): string {
  return isSplit ? `${pathWords["self-host"]} or ${pathWords.hybrid}` : pathWords["self-host"];
}

/** A path that came as text (a delta names paths as strings); an unknown word is shown as it is. */
export function pathWord(path: string): string {
  return isPath(path) ? pathWords[path] : clean(path, MAX_NAME);
}

function isPath(path: string): path is Path {
  return Object.hasOwn(pathWords, path);
}

/** A name at most 64 characters long: longer ones would push the figures off the screen. */
export function shortName(value: string): string {
  return clean(value, MAX_NAME) || "(no name)";
}

/**
 * What serves a workload, in a few words; of a split with the share of the requests that overflow, where it is given.
 *
 * Example: `gpt-4.1-mini (openai)`, `llama-3.3-70b-instruct fp8 on 2 × p5.48xlarge`,
 * `qwen3-32b fp8 on 3 × g6e.12xlarge, API overflow 7% (gpt-4.1-mini)`.
 */
export function servedBy(option: OptionSummary | null, split: Split | null = null): string {
  if (option === null) return "nothing fits";
  const { overflow, ...base } = option;
  if (overflow !== undefined) {
    const share = split === null ? "" : ` ${percent(split.overflowShareRatio)}`;
    const role = split?.overflowShareRatio === 0 ? "API as the spare" : `API overflow${share}`;
    return `${servedBy(base)}, ${role} (${shortName(overflow.model)})`;
  }
  if (option.kind !== "self-host") return `${shortName(option.model)} (${placeOf(option)})`;
  const precision = option.precision === undefined ? "" : ` ${option.precision}`;
  return `${shortName(option.model)}${precision} on ${placeOf(option)}`;
}

/** Where a model runs: `2 × g6e.xlarge` or the seller of an API, `azure`. */
export function placeOf(option: OptionSummary): string {
  if (option.kind !== "self-host") return shortName(option.provider ?? option.route);
  const instances = option.instances === undefined ? "" : `${option.instances}\u00a0×\u00a0`;
  return `${instances}${shortName(option.instanceType ?? option.gpu ?? "own instances")}`;
}

/**
 * The requests that a monthly cost is for: the cost is the average of the horizon, so growing requests have two figures.
 * Example: `1,000,000 requests`, `27,375,000 requests in the first and 1,327,538 in the last month`.
 */
export function requestsWords({ requestsPerMonth, growth }: Pick<WorkloadDecision, "requestsPerMonth" | "growth">): string {
  const [first, last] = [quantity(requestsPerMonth), quantity(growth?.last.requestsPerMonth ?? requestsPerMonth)];
  return first === last ? `${first} requests` : `${first} requests in the first and ${last} in the last month`;
}

/** The path on which an option stands. */
export function sideOf(option: OptionSummary): "api" | "self-host" | "hybrid" {
  if (option.overflow !== undefined) return "hybrid";
  return option.kind === "self-host" ? "self-host" : "api";
}

/** `plural(1, "gate")` is `1 gate`, `plural(2, "policy", "policies")` is `2 policies`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** `Both workloads`, `All 5 workloads`. */
export function allWorkloads(count: number): string {
  return count === 2 ? "Both workloads" : `All ${plural(count, "workload")}`;
}

/** `a`, `a and b`, `a, b and c`, `a, b and 3 more`. */
export function enumerate(items: readonly string[], show = 3): string {
  if (items.length <= 1) return items.join("");
  if (items.length <= show) return `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
  return `${items.slice(0, show - 1).join(", ")} and ${items.length - show + 1} more`;
}

/** A source without the scheme of its addresses: as readable, half as long, and nothing for GitHub to turn into a link. */
export function sourceText(source: string): string {
  return source.replace(/\bhttps?:\/\/(?:www\.)?/gi, "");
}

/** What a decision looks for: "the least expensive", or by declared preferences "worth its price most". */
export function bestWord({ preferences }: Pick<Decision, "preferences">): string {
  return (preferences?.budgetRatio ?? 0) > 0 ? "worth its price most" : "the least expensive";
}
