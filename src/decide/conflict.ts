import { type Candidate, candidatesFor } from "./candidates.ts";
import { summaryOf, usd } from "./describe.ts";
import type { RequirementFacts, WorkloadFacts } from "./facts.ts";
import { offersByGpu } from "./fleet.ts";
import { type DroppableNeed, factsWithout, needsOf, without } from "./needs.ts";
import { type OptionContext, optionsFor, realise } from "./options.ts";
import { byText } from "./order.ts";
import { Pricer } from "./portfolio.ts";
import { newMemo } from "./pricing-context.ts";
import { judge } from "./rules/judge.ts";
import { EXPECTED } from "./scenario.ts";
import { rankAlone } from "./shortlists.ts";
import type { Conflict, ConflictStep, Need, Relaxation } from "./why-types.ts";

/** Relaxations that a reader compares. */
const SHOWN = 3;
/** Needs that are dropped together at most, and sets that are looked into: beyond, a policy asks for too much to list. */
const MOST_DROPPED = 3;
const MOST_SETS = 40;

/**
 * A minimal set of needs that together leave no option, by deletion: a need that the rest does not need to fail is left
 * out, until each that remains is necessary. Minimal, not the smallest. Null when something fits, or when nothing fits even without any need.
 *
 * `fits(kept)` says whether some option satisfies exactly these needs.
 * Example: over needs a, b, c where a and c alone clash, `minimalConflict([a, b, c], fits)` is `[a, c]`.
 */
export function minimalConflict<N>(needs: readonly N[], fits: (kept: readonly N[]) => boolean): readonly N[] | null {
  if (fits(needs) || !fits([])) return null;
  let kept = needs;
  // Dropping `candidates` brings the default floor back, so dropping more may leave less: repeat until nothing changes.
  for (let before = -1; before !== kept.length; ) {
    before = kept.length;
    for (const need of kept) {
      const rest = kept.filter((other) => other !== need);
      if (!fits(rest)) kept = rest;
    }
  }
  return kept;
}

/**
 * The smallest sets of needs whose dropping leaves an option, by looking at one conflict after another: each set must hit
 * every conflict, so only members of the conflict at hand can be the next to go. All sets of the smallest size are returned.
 * Example: needs a, b, c with the conflicts {a, b} and {b, c} give `[[b]]`; with {a} and {c} they give `[[a, c]]`.
 */
export function smallestDrops<N>(needs: readonly N[], fits: (kept: readonly N[]) => boolean): readonly (readonly N[])[] {
  const keyOf = (dropped: readonly N[]) => needs.map((need) => (dropped.includes(need) ? "1" : "0")).join("");
  let open: readonly (readonly N[])[] = [[]];
  for (let size = 0; size <= MOST_DROPPED; size++) {
    const enough = open.filter((dropped) => fits(needs.filter((need) => !dropped.includes(need))));
    if (enough.length > 0) return enough;
    const seen = new Set<string>();
    open = open.slice(0, MOST_SETS).flatMap((dropped) => {
      const conflict =
        minimalConflict(
          needs.filter((need) => !dropped.includes(need)),
          fits,
        ) ?? [];
      return conflict.map((need) => [...dropped, need]).filter((next) => !seen.has(keyOf(next)) && seen.add(keyOf(next)));
    });
  }
  return [];
}

/** Why a workload has no option, and what would give it one. */
export interface WhyNone {
  readonly conflict: Conflict | null;
  readonly relaxations: readonly Relaxation[];
}

/**
 * Explains a workload that no option fits: the minimal conflict as a chain of needs with their lines, and the least
 * expensive ways out, each priced as if the workload were served alone.
 *
 * Example: an air gap and impact level 6 give "because compliance.air_gapped is true (line 18), every API is out (125); and
 * because compliance.regimes names il6 (line 15), every remaining option is out (150); so no path fits".
 */
export function whyNone(workload: WorkloadFacts, context: OptionContext): WhyNone {
  const fitting = new Fitting(workload, context);
  const needs = needsOf(workload, context);
  const fits = (kept: readonly DroppableNeed[]) => fitting.fits(kept, needs);
  const found = minimalConflict(needs, fits);
  if (found === null) return { conflict: null, relaxations: [] };
  const relaxations = smallestDrops(needs, fits)
    .flatMap((dropped) => relaxation(workload, dropped, context))
    .sort((a, b) => a.monthlyUsd - b.monthlyUsd || byText(a.text, b.text))
    .slice(0, SHOWN);
  return { conflict: chain(found, needs, fitting), relaxations };
}

/** Answers which options satisfy a set of needs, and remembers the search for hardware, which takes the time. */
class Fitting {
  readonly #workload: WorkloadFacts;
  readonly #context: OptionContext;
  readonly #answers = new Map<string, boolean>();
  readonly #realised = new Map<string, string | null>();

  constructor(workload: WorkloadFacts, context: OptionContext) {
    this.#workload = workload;
    this.#context = context;
  }

  fits(kept: readonly DroppableNeed[], all: readonly DroppableNeed[]): boolean {
    const dropped = all.filter((need) => !kept.includes(need));
    const key = dropped.map(({ pointer }) => pointer).join();
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    const asked = without(this.#workload, dropped);
    const facts = factsWithout(this.#context.facts, dropped);
    // Services need no hardware, so they answer first.
    const candidates = [...this.#candidates(asked)].sort((a, b) => Number(a.kind === "self-host") - Number(b.kind === "self-host"));
    const answer = candidates.some((candidate) => this.#against(candidate, asked, facts) === null);
    this.#answers.set(key, answer);
    return answer;
  }

  /** Every option of the catalog: null where it satisfies the needs, else why not. */
  verdicts(kept: readonly DroppableNeed[], all: readonly DroppableNeed[]): ReadonlyMap<string, string | null> {
    const dropped = all.filter((need) => !kept.includes(need));
    const asked = without(this.#workload, dropped);
    const facts = factsWithout(this.#context.facts, dropped);
    const named = new Set(this.#candidates(asked).map(({ id }) => id));
    return new Map(
      this.#candidates({ ...asked, candidates: null }).map((candidate) => [
        candidate.id,
        named.has(candidate.id) ? this.#against(candidate, asked, facts) : `${candidate.model.id} is not among the candidates`,
      ]),
    );
  }

  #candidates(asked: WorkloadFacts): readonly Candidate[] {
    return candidatesFor(asked, this.#context.facts.region, this.#context.catalog);
  }

  #against(candidate: Candidate, asked: WorkloadFacts, facts: RequirementFacts): string | null {
    const { catalog, asOf, ownKeys, waivers, lineOf } = this.#context;
    const rules = { facts, workload: asked, catalog, asOf, ownKeys };
    const judgement = judge(candidate, rules, waivers, lineOf);
    const [first] = judgement.against;
    if (first !== undefined) return first.text;
    const { ttftMsP95, tpotMsP95, contextWindowTokens, presetFloor, minBenchmarks, compliance } = asked;
    // Everything that a need can change of what `realise` reads.
    const read = [ttftMsP95, tpotMsP95, contextWindowTokens, presetFloor, minBenchmarks, compliance.onPremises === true];
    const key = JSON.stringify([candidate.id, ...read]);
    const known = this.#realised.get(key);
    if (known !== undefined) return known;
    const option = realise(candidate, judgement, rules, this.#context);
    const answer = "kind" in option ? null : option.text;
    this.#realised.set(key, answer);
    return answer;
  }
}

function chain(conflict: readonly DroppableNeed[], all: readonly DroppableNeed[], fitting: Fitting): Conflict {
  const steps: ConflictStep[] = [];
  let left = fittingOptions(fitting.verdicts([], all));
  const kept: DroppableNeed[] = [];
  for (const next of conflict) {
    kept.push(next);
    const verdicts = fitting.verdicts(kept, all);
    const gone = left.filter((id) => verdicts.get(id) !== null);
    const { pointer, says, line, waivable } = next;
    steps.push({
      pointer,
      says,
      line,
      waivable,
      out: outWords(gone, left, steps.length === 0),
      example: verdicts.get(gone[0] ?? "") ?? "",
    });
    left = left.filter((id) => verdicts.get(id) === null);
  }
  const parts = steps.map((step) => `because ${needWords(step)}, ${step.out}`);
  return { steps, text: `${parts.join("; and ")}; so no path fits` };
}

function needWords({ pointer, says, line }: Need): string {
  return `${keyWords(pointer).replace(/\[.*\]$/, "")} ${says}${lineWords(line)}`;
}

/** A policy key without the workload, whom the reader knows. */
function keyWords(pointer: string): string {
  return pointer.replace(/^workloads\[\d+\]\./, "");
}

function lineWords(line: number | null): string {
  return line === null ? "" : ` (line ${line})`;
}

function fittingOptions(verdicts: ReadonlyMap<string, string | null>): readonly string[] {
  return [...verdicts].filter(([, against]) => against === null).map(([id]) => id);
}

/** What a step takes out, named as a side where it takes the whole of one. */
function outWords(gone: readonly string[], left: readonly string[], first: boolean): string {
  const own = (ids: readonly string[]) => ids.filter((id) => id.startsWith("self-host/")).length;
  const tokens = (ids: readonly string[]) => ids.length - own(ids);
  if (gone.length === left.length) return `every option ${first ? "that could serve it" : "left"} is out (${gone.length})`;
  if (own(gone) === own(left) && tokens(gone) === 0) return `every self-hosted option is out (${gone.length})`;
  if (tokens(gone) === tokens(left) && own(gone) === 0) return `every API is out (${gone.length})`;
  return `${gone.length} of ${left.length} options are out`;
}

/** The least expensive option once the needs are dropped; none when that option has no price. */
function relaxation(workload: WorkloadFacts, dropped: readonly DroppableNeed[], context: OptionContext): readonly Relaxation[] {
  const relaxed = without(workload, dropped);
  const facts = { ...factsWithout(context.facts, dropped), workloads: [relaxed] };
  const entry = optionsFor(relaxed, { ...context, facts });
  const { catalog, asOf, offers } = context;
  const pricer = new Pricer({
    workloads: [entry],
    facts,
    catalog,
    asOf,
    offers: offersByGpu(offers),
    what: EXPECTED,
    memo: newMemo(),
  });
  const [best] = rankAlone(pricer, entry, 0);
  const priced = best && pricer.price([best]);
  if (best === undefined || priced === undefined) return [];
  const needs = dropped.map(({ pointer, says, line, waivable }) => ({ pointer, says, line, waivable }));
  const words = needs.map(({ pointer, line }) => `${keyWords(pointer)}${lineWords(line)}`);
  const fixed = needs.some(({ waivable }) => !waivable) ? ", which no waiver can lift" : "";
  const option = summaryOf(best, entry.workload, priced.fleets);
  const text = `without ${words.join(" and ")}${fixed}: ${option.model} at ${usd(priced.monthlyUsd)} a month`;
  return [{ needs, rule: null, option, monthlyUsd: priced.monthlyUsd, savingUsd: null, text }];
}
