import type { WorkloadDecision } from "../decide/types.ts";
import type { BreakEvenVariant, Cause, CauseEdit, Conflict, WorkloadGrowth } from "../decide/why-types.ts";
import { quantity, usd, usdChange, volume } from "./money.ts";
import { atLine, code, columns, type Line, line, strong, type TableView } from "./spans.ts";
import { ownWord, pathWords, plural, shortName } from "./words.ts";

/** A comment names edits until they explain this share of a change, and two at most. */
const EXPLAINED_RATIO = 0.8;
const NAMED_EDITS = 2;

/** "Because compliance.data_may_leave was set to false (line 24)": the cause of a change in one line; empty where there is none. */
export function causeLine(cause: Cause | null): Line {
  if (cause === null || cause.edits.length === 0) return [];
  const named = cause.kind === "path" ? cause.edits.slice(0, NAMED_EDITS) : mainEdits(cause);
  const more = cause.kind === "path" ? cause.edits.length - named.length : 0;
  return line(
    "Because ",
    ...named.flatMap((edit, index) => line(index === 0 ? "" : " and ", edit.text, ...atLine(edit.line))),
    more === 0 ? "." : ` and ${plural(more, "more edit")}.`,
  );
}

function mainEdits({ edits }: Cause): readonly CauseEdit[] {
  const size = ({ effectUsd }: CauseEdit) => Math.abs(effectUsd ?? 0);
  const total = edits.reduce((sum, edit) => sum + size(edit), 0);
  const enough = edits.findIndex(
    (_, index) => edits.slice(0, index + 1).reduce((sum, edit) => sum + size(edit), 0) >= total * EXPLAINED_RATIO,
  );
  return edits.slice(0, Math.min(NAMED_EDITS, enough === -1 ? NAMED_EDITS : enough + 1));
}

/**
 * Every edit of the cause with what taking it back would take back of the change. Edits that multiply each other share a part, which then
 * counts with each of them; the last row makes up for it, so that the column adds up to the change.
 */
export function causeTable(cause: Cause | null): { readonly title: string; readonly table: TableView } {
  const rows = (cause?.edits ?? []).map((edit) => [line(edit.text), line(effect(edit.effectUsd)), line(String(edit.line))]);
  const together = cause?.togetherUsd ?? 0;
  const rest = Math.abs(together) < 1 ? [] : [[line("shared by several edits"), line(usdChange(together)), line("-")]];
  return { title: titleOf(cause), table: { columns: columns("Edit", "Undoing it takes back>", "Line>"), rows: [...rows, ...rest] } };
}

function titleOf(cause: Cause | null): string {
  if (cause === null) return "";
  const set =
    cause.kind === "path" ? "the smallest set of edits whose reversal restores the base" : "the edits by what undoing each takes back";
  const others =
    cause.otherEdits === 0 ? "" : `; ${plural(cause.otherEdits, "other edit")} ${cause.otherEdits === 1 ? "does" : "do"} not decide it`;
  const limit = cause.capped
    ? `; the search stopped after ${plural(cause.evaluations, "hypothetical policy", "hypothetical policies")}`
    : "";
  return `Cause of the change: ${set}${others}${limit}`;
}

function effect(value: number | null): string {
  return value === null ? "not known" : usdChange(value);
}

/** A conflict as one sentence whose policy lines a renderer can link. */
export function conflictLine({ steps }: Conflict): Line {
  const parts = steps.flatMap((step, index) =>
    line(index === 0 ? "because " : "; and because ", code(shortKey(step.pointer)), ` ${step.says}`, ...atLine(step.line), `, ${step.out}`),
  );
  return line(...parts, "; so no path fits");
}

/** The ways out of a policy that nothing fits, least expensive first, each with the workload where there are several. */
export function relaxationLines(workloads: readonly WorkloadDecision[]): readonly Line[] {
  return workloads.flatMap(({ name, relaxations }) =>
    relaxations.map(({ text }) => line(...(workloads.length === 1 ? [] : [strong(`${shortName(name)}:`), " "]), text)),
  );
}

const ROLES = { used: "the API that would be used", cheapest: "the least expensive API", dearest: "the most expensive API" } as const;

/** Break-evens with every crossing, the smallest unit, when to leave again, and what growth makes of the workload. */
export function breakEvenLines(workloads: readonly WorkloadDecision[]): readonly Line[] {
  return workloads.flatMap((workload) => {
    const owner = workloads.length === 1 ? [] : [strong(`${shortName(workload.name)}:`), " "];
    return breakEvenSentences(workload).map((sentence) => line(...owner, sentence));
  });
}

function breakEvenSentences(workload: WorkloadDecision): readonly string[] {
  const { breakEvens, smallestUnitUsd, smallestUnitModel, leaveWhen, growth, split } = workload;
  const own = ownWord(split !== null);
  if (breakEvens.length === 0) return growthSentence(growth);
  const leave = leaveWhen.map(({ text }) => text);
  return [
    ...breakEvens.map((variant) => `against ${variant.versus}, ${ROLES[variant.role]}: ${crossingWords(variant, own, growth)}`),
    ...splitSentence(workload),
    ...(smallestUnitUsd === null
      ? []
      : [`${smallestUnitModel ?? ""} on the smallest servers of its own costs ${usd(smallestUnitUsd)} a month, people included`]),
    ...(leave.length === 0 ? [] : [`leave self-hosting when ${alternatives(leave)}`]),
    ...decisionSentence(workload),
    ...growthSentence(growth),
  ];
}

/** Why the volume under "What would change it" is another one than the break-even, where a reader sees two. */
function decisionSentence({ breakEven, split, tippingPoints }: WorkloadDecision): readonly string[] {
  const point = tippingPoints.find(({ parameter }) => parameter === "requests_per_month");
  if (breakEven === null || point === undefined || volume(point.to) === volume(breakEven.requestsPerMonth)) return [];
  if (point.flipsTo === "hybrid" && split === null) return [];
  const word = point.to > point.from ? "above" : "below";
  return [
    `at a break-even both sides cost the same; the decision changes ${word} ${volume(point.to)} requests a month, because there a tie goes to the API, and a migration and preferences count`,
  ];
}

/** Crossings are of servers for the whole load; those for its base alone may be worth it earlier. */
function splitSentence({ split, tippingPoints }: WorkloadDecision): readonly string[] {
  const point = tippingPoints.find(({ parameter, flipsTo }) => parameter === "requests_per_month" && flipsTo === "hybrid");
  if (split !== null || point === undefined) return [];
  const word = point.to > point.from ? "above" : "below";
  return [`servers for the base of the load with an API for the overflow are worth it ${word} ${volume(point.to)} requests a month`];
}

function crossingWords(
  { crossings, today, complete, reachedOn }: BreakEvenVariant,
  own: string,
  growth: WorkloadDecision["growth"],
): string {
  const word = (side: BreakEvenVariant["today"]) => (side === "self-host" ? own : pathWords[side]);
  const steps = apart(crossings).map(({ requestsPerMonth, above }) => `${word(above)} above ${volume(requestsPerMonth)}`);
  const words = steps.length === 0 ? `${word(today)} costs less at any volume within 100×` : `${steps.join(", ")} requests a month`;
  const next = steps.length > 1 ? "the next of these volumes" : "that volume";
  const shrinks = growth !== null && growth.last.requestsPerMonth < growth.first.requestsPerMonth;
  const date =
    reachedOn === null || steps.length === 0 ? "" : `; ${shrinks ? "requests fall to" : "growth reaches"} ${next} in ${reachedOn}`;
  return `${words}${date}${complete ? "" : "; there may be more crossings"}`;
}

/**
 * Crossings that differ in the digits that are shown: two at one volume take each other away, because beyond them the side is the same as before.
 *
 * Example: self-host above 243,100, API above 243,200 and self-host above 243,400 read as self-host above 243,000.
 */
function apart(crossings: BreakEvenVariant["crossings"]): BreakEvenVariant["crossings"] {
  const told: BreakEvenVariant["crossings"][number][] = [];
  for (const crossing of crossings) {
    const last = told.at(-1);
    if (last !== undefined && volume(last.requestsPerMonth) === volume(crossing.requestsPerMonth)) told.pop();
    else told.push(crossing);
  }
  return told;
}

function growthSentence(growth: WorkloadDecision["growth"]): readonly string[] {
  if (growth === null) return [];
  const month = ({ requestsPerMonth, tokensPerRequest }: WorkloadGrowth["first"]) =>
    `${quantity(requestsPerMonth)} requests of ${quantity(tokensPerRequest)} tokens`;
  return [`first month ${month(growth.first)}, last month ${month(growth.last)}`];
}

function alternatives(items: readonly string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")}, or ${items.at(-1)}`;
}

function shortKey(pointer: string): string {
  return pointer.replace(/^workloads\[\d+\]\./, "").replace(/\[.*\]$/, "");
}
