import type { Calibration } from "../capacity/calibrate.ts";
import type { Catalog } from "../catalog/index.ts";
import type { Policy, PolicyDocument } from "../policy/policy.ts";
import { expectedUsd, type Trace } from "./decide.ts";
import { grouped } from "./describe.ts";
import { type Edit, editsBetween, takenBack } from "./edits.ts";
import type { Known } from "./known.ts";
import { byText } from "./order.ts";
import { pathOf, servedIds } from "./search.ts";
import { solve, solveNear } from "./solve.ts";
import type { Path, Plan } from "./types.ts";
import type { Cause, CauseEdit } from "./why-types.ts";

/** A change of the cost is worth a cause from this share of the base cost and from this amount on. Source: ours. */
const MATERIAL_RATIO = 0.01;
const MATERIAL_USD = 1;
/** Hypothetical policies that one comparison decides at most; each takes about a tenth of a second for a policy of one open search. */
const MOST_EVALUATIONS = 40;
/** Edits that are tried in pairs: those that stand first in the policy. 6 give 15 pairs. */
const PAIRED_EDITS = 6;
/** Edits of a cost that are listed, those with the largest effect first, and the effect below which one says nothing. */
const SHOWN_EDITS = 5;
const SMALLEST_EFFECT_USD = 0.01;

/** What a decision is compared by: the paths, and what it costs. */
interface Outcome {
  readonly path: Path;
  readonly paths: ReadonlyMap<string, string>;
  readonly monthlyUsd: number | null;
}

/** How hypothetical policies are decided: as the head was. */
export interface CauseContext {
  readonly catalog: Catalog;
  readonly asOf: string;
  readonly waivers: NonNullable<Policy["waivers"]>;
  /** Benchmarks of both sides; the base's count where the edit of `measurements` is taken back. */
  readonly calibrations: { readonly base: readonly Calibration[]; readonly head: readonly Calibration[] };
}

/**
 * The cause of a change: the smallest set of edits whose reversal restores the paths of the base, tried alone, then in pairs,
 * then by taking edits back from the whole until each one left is necessary; or, where only the cost moved, what each edit
 * does to it. Null when the paths are the same and the cost moved by less than 1 %.
 *
 * Example: a head with three edits, of which only `data_may_leave: false` matters, gives that one: "compliance.data_may_leave
 * became false (line 24)".
 */
export function causeOf(base: PolicyDocument, baseDecision: Plan, head: PolicyDocument, trace: Trace, context: CauseContext): Cause | null {
  const [from, to] = [outcomeOf(baseDecision), outcomeOf(trace.decision)];
  const restored = (outcome: Outcome) => samePaths(from, outcome);
  const moved = !restored(to);
  if (!moved && !isMaterial(from.monthlyUsd, to.monthlyUsd)) return null;
  const edits = editsBetween(base, head);
  if (edits.length === 0) return null;
  const trials = new Trials(head, trace, context);
  const singles = edits.map((edit) => ({ edit, outcome: trials.without([edit]) }));
  const described = singles.map(({ edit, outcome }) => describe(edit, difference(outcome?.monthlyUsd, to.monthlyUsd)));
  if (!moved) return costCause(described, difference(from.monthlyUsd, to.monthlyUsd), trials);
  const set = smallestSet(singles, trials, restored);
  const chosen = described.filter((_, index) => set.some((edit) => edit === edits[index]));
  const enough = described.filter((entry, index) => !chosen.includes(entry) && restoredAt(singles[index], restored));
  const either =
    enough.length === 0
      ? ""
      : `; taking back ${enough.map(({ key, line }) => `${key} (line ${line})`).join(" or ")} alone would do as well`;
  return {
    kind: "path",
    edits: chosen,
    otherEdits: edits.length - chosen.length,
    togetherUsd: null,
    evaluations: trials.used,
    capped: trials.capped,
    text: `${causeText(chosen, trials)}${either}`,
  };
}

/** What a catalog alone does to one policy: for scheduled runs, where the policy stays and prices move. */
export interface CatalogEffect {
  readonly from: { readonly path: Path; readonly monthlyUsd: number | null };
  readonly to: { readonly path: Path; readonly monthlyUsd: number | null };
  readonly deltaUsd: number | null;
}

/**
 * Decides the same policy with two catalogs on the same date, so that the difference comes from the catalog alone.
 * Example: a price that fell by half from one catalog to the next gives `deltaUsd` of half the token bill.
 */
export function catalogEffect(
  document: PolicyDocument,
  before: Catalog,
  after: Catalog,
  asOf: string,
  waivers: NonNullable<Policy["waivers"]>,
): CatalogEffect {
  const [from, to] = [before, after].map((catalog) => {
    const { facts, search } = solve(document, catalog, asOf, waivers);
    return outcomeOfSolved({ facts, chosen: search.chosen });
  });
  if (from === undefined || to === undefined) throw new Error("defect: two catalogs give two outcomes");
  return {
    from: { path: from.path, monthlyUsd: from.monthlyUsd },
    to: { path: to.path, monthlyUsd: to.monthlyUsd },
    deltaUsd: difference(from.monthlyUsd, to.monthlyUsd),
  };
}

/** Decides the head without some edits, a limited number of times. */
class Trials {
  used = 0;
  capped = false;
  readonly #head: PolicyDocument;
  readonly #known: Known;
  /** What serves the workloads of the head, by name: where the search of a trial begins. */
  readonly #served: ReadonlyMap<string, string>;
  readonly #context: CauseContext;

  constructor(head: PolicyDocument, { known, flips }: Trace, context: CauseContext) {
    this.#head = head;
    this.#known = known;
    this.#served = flips === null ? new Map() : servedIds(flips.base, flips.chosen.assignment);
    this.#context = context;
  }

  /** Undefined beyond the limit, and for a policy that no workload is left in. */
  without(edits: readonly Edit[]): Outcome | undefined {
    if (this.used >= MOST_EVALUATIONS) {
      this.capped = true;
      return undefined;
    }
    const document = takenBack(this.#head, edits);
    if (document.policy.workloads.length === 0) return undefined;
    this.used += 1;
    const { catalog, asOf, waivers, calibrations } = this.#context;
    const measured = edits.some(({ key }) => key === "measurements") ? calibrations.base : calibrations.head;
    return outcomeOfSolved(solveNear(document, { catalog, asOf, waivers, calibrations: measured }, this.#known, this.#served));
  }
}

interface Single {
  readonly edit: Edit;
  readonly outcome: Outcome | undefined;
}

function restoredAt(single: Single | undefined, restored: (outcome: Outcome) => boolean): boolean {
  return single?.outcome !== undefined && restored(single.outcome);
}

function smallestSet(singles: readonly Single[], trials: Trials, restored: (outcome: Outcome) => boolean): readonly Edit[] {
  const restores = (edits: readonly Edit[]) => {
    const outcome = trials.without(edits);
    return outcome !== undefined && restored(outcome);
  };
  const alone = singles.find((single) => restoredAt(single, restored));
  if (alone !== undefined) return [alone.edit];
  const edits = singles.map(({ edit }) => edit);
  const likely = edits.slice(0, PAIRED_EDITS);
  for (const [index, one] of likely.entries()) {
    for (const other of likely.slice(index + 1)) if (restores([one, other])) return [one, other];
  }
  // All edits together restore the base, because without them the head is the base.
  let kept: readonly Edit[] = edits;
  for (const edit of edits) {
    const rest = kept.filter((other) => other !== edit);
    if (rest.length > 0 && restores(rest)) kept = rest;
  }
  return kept;
}

function costCause(edits: readonly CauseEdit[], deltaUsd: number | null, trials: Trials): Cause {
  const size = ({ effectUsd }: CauseEdit) => Math.abs(effectUsd ?? 0);
  const ranked = edits
    .filter((edit) => edit.effectUsd === null || size(edit) >= SMALLEST_EFFECT_USD)
    .toSorted((a, b) => size(b) - size(a) || byText(a.key, b.key));
  const known = edits.every(({ effectUsd }) => effectUsd !== null);
  const sum = edits.reduce((total, { effectUsd }) => total + (effectUsd ?? 0), 0);
  const shown = ranked.slice(0, SHOWN_EDITS);
  return {
    kind: "cost",
    edits: shown,
    otherEdits: edits.length - shown.length,
    togetherUsd: known && deltaUsd !== null ? deltaUsd - sum : null,
    evaluations: trials.used,
    capped: trials.capped,
    text: causeText(shown, trials),
  };
}

function causeText(edits: readonly CauseEdit[], { capped, used }: Trials): string {
  const words = edits.map(({ text, line }) => `${text} (line ${line})`).join("; and ");
  return capped ? `${words}; the search stopped after ${used} hypothetical policies, so a smaller set may do` : words;
}

function describe(edit: Edit, effectUsd: number | null): CauseEdit {
  const { key, line } = edit;
  return { key, from: valueText(edit.from), to: valueText(edit.to), line, effectUsd, text: editText(edit) };
}

/** "volume.requests_per_day rose from 20,000 to 100,000", "compliance.regimes now names hipaa", "the workload chat is new". */
function editText({ key, from, to }: Edit): string {
  const name = /^workloads\[(.*)\]$/.exec(key)?.[1];
  if (name !== undefined) return to === undefined ? `the workload ${name} was removed` : `the workload ${name} is new`;
  const word = /^(.*)\[(.*)\]$/.exec(key);
  if (word !== null) return to === true ? `${word[1]} now names ${word[2]}` : `${word[1]} no longer names ${word[2]}`;
  const [before, after] = [sizeOf(from), sizeOf(to)];
  if (before !== null && after !== null) {
    return `${key} ${after > before ? "rose" : "fell"} from ${valueText(from)} to ${valueText(to)}`;
  }
  if (from === undefined) return `${key} was set to ${valueText(to)}`;
  if (to === undefined) return `${key} was removed (it was ${valueText(from)})`;
  return `${key} changed from ${valueText(from)} to ${valueText(to)}`;
}

/** The number of a value or of the middle of its range. */
function sizeOf(value: unknown): number | null {
  if (typeof value === "number") return value;
  if (typeof value !== "object" || value === null || !("expected" in value)) return null;
  return typeof value.expected === "number" ? value.expected : null;
}

const LONGEST_VALUE = 80;

function valueText(value: unknown): string | null {
  if (value === undefined) return null;
  const size = sizeOf(value);
  if (size !== null) return grouped(size);
  if (typeof value !== "object") return String(value);
  const text = Array.isArray(value) && value.every((item) => typeof item === "string") ? value.join(", ") : JSON.stringify(value);
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE)}...`;
}

function outcomeOf(decision: Plan): Outcome {
  const paths = new Map(decision.workloads.map(({ name, path }) => [name, path]));
  return { path: decision.path, paths, monthlyUsd: expectedUsd(decision.monthlyCostUsd) };
}

function outcomeOfSolved({ facts, chosen }: ReturnType<typeof solveNear>): Outcome {
  const pathAt = (index: number) => (chosen === undefined ? "none" : pathOf(chosen.assignment.slice(index, index + 1)));
  return {
    path: chosen === undefined ? "none" : pathOf(chosen.assignment),
    paths: new Map(facts.workloads.map(({ name }, index) => [name, pathAt(index)])),
    monthlyUsd: chosen?.monthlyUsd ?? null,
  };
}

/** The path of the policy, and that of every workload that both have. */
function samePaths(a: Outcome, b: Outcome): boolean {
  return a.path === b.path && [...a.paths].every(([name, path]) => (b.paths.get(name) ?? path) === path);
}

function isMaterial(from: number | null, to: number | null): boolean {
  if (from === null || to === null) return from !== to;
  return Math.abs(to - from) >= Math.max(MATERIAL_USD, from * MATERIAL_RATIO);
}

function difference(from: number | null | undefined, to: number | null): number | null {
  return from === null || from === undefined || to === null ? null : to - from;
}
