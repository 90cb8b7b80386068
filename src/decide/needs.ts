import { DEFAULT_FLOOR, USE_CASE_DEFAULTS } from "./defaults.ts";
import { defaultContextWindow, type RequirementFacts, type WorkloadFacts } from "./facts.ts";
import { RULES } from "./rules/judge.ts";
import { snakeKey } from "./solve.ts";
import type { FineTuningFacts } from "./tuning-facts.ts";
import type { Need } from "./why-types.ts";

/** A need with what the workload asks once it is dropped. */
export interface DroppableNeed extends Need {
  drop(workload: WorkloadFacts): WorkloadFacts;
  /** What the whole policy asks without it, for a need that stands above the workloads. */
  dropFromPolicy?(facts: RequirementFacts): RequirementFacts;
}

/** Candidates that a sentence names before it counts the rest. */
const NAMED_CANDIDATES = 3;

/** How a policy path is found in the file. */
interface Places {
  readonly facts: RequirementFacts;
  readonly ownKeys: ReadonlySet<string>;
  readonly lineOf: (path: string) => number;
}

/**
 * Everything that a workload asks and could be asked to give up, each with its policy line: one need for each word of a
 * list. Volume, tokens and the organisation are facts, not needs. Data classes come first: where one implies a regime that
 * the policy also names, the regime is the clearer word and a search that deletes from the front keeps it.
 *
 * Example: `compliance: { regimes: [hipaa, gdpr] }` and `needs: { features: [vision] }` are three needs,
 * `compliance.regimes[hipaa]`, `compliance.regimes[gdpr]` and `workloads[0].needs.features[vision]`.
 */
export function needsOf(workload: WorkloadFacts, places: Places): readonly DroppableNeed[] {
  return [...dataNeeds(workload, places), ...complianceNeeds(workload, places), ...modelNeeds(workload, places), ...deadlineNeed(places)];
}

/** What the workload asks without the needs of `dropped`. */
export function without(workload: WorkloadFacts, dropped: Iterable<DroppableNeed>): WorkloadFacts {
  let left = workload;
  for (const need of dropped) left = need.drop(left);
  return left;
}

/** What the whole policy asks without the needs of `dropped`. */
export function factsWithout(facts: RequirementFacts, dropped: Iterable<DroppableNeed>): RequirementFacts {
  let left = facts;
  for (const need of dropped) left = need.dropFromPolicy?.(left) ?? left;
  return left;
}

function deadlineNeed({ facts: { readyInWeeks }, lineOf }: Places): readonly DroppableNeed[] {
  if (readyInWeeks === null) return [];
  const asked = need("ready_in_weeks", `is ${readyInWeeks}`, lineOf("ready_in_weeks"));
  return [{ ...asked, drop: (workload) => workload, dropFromPolicy: (facts) => ({ ...facts, readyInWeeks: null }) }];
}

function complianceNeeds(workload: WorkloadFacts, places: Places): readonly DroppableNeed[] {
  return Object.entries(workload.compliance).flatMap(([key, value]): DroppableNeed[] => {
    const own = `${workload.pointer}.compliance.${snakeKey(key)}`;
    const pointer = places.ownKeys.has(own) ? own : `compliance.${snakeKey(key)}`;
    if (key === "regimes" && Array.isArray(value)) {
      return value.map((regime: string, index) => ({
        ...need(`${pointer}[${regime}]`, `names ${regime}`, places.lineOf(`${pointer}[${index}]`)),
        drop: (from) => ({
          ...from,
          compliance: { ...from.compliance, regimes: (from.compliance.regimes ?? []).filter((other) => other !== regime) },
        }),
      }));
    }
    const says = complianceWords(key, value);
    if (says === null) return [];
    return [
      {
        ...need(pointer, says, places.lineOf(pointer)),
        drop: (from) => ({ ...from, compliance: { ...from.compliance, [key]: undefined } }),
      },
    ];
  });
}

/** Null for a value that asks nothing. */
function complianceWords(key: string, value: unknown): string | null {
  if (value === undefined || value === "none") return null;
  if (typeof value === "boolean" && value === (key === "dataMayLeave")) return null;
  return Array.isArray(value) ? `allows ${value.join(", ")} only` : `is ${String(value)}`;
}

function dataNeeds({ pointer, dataClasses }: WorkloadFacts, places: Places): readonly DroppableNeed[] {
  return dataClasses
    .map((data, index) => ({ data, index }))
    .filter(({ data }) => data !== "none")
    .map(({ data, index }) => ({
      ...need(`${pointer}.data_class[${data}]`, `names ${data}`, places.lineOf(`${pointer}.data_class[${index}]`)),
      drop: (from) => ({ ...from, dataClasses: from.dataClasses.filter((other) => other !== data) }),
    }));
}

function modelNeeds(workload: WorkloadFacts, places: Places): readonly DroppableNeed[] {
  const { pointer, candidates, customization } = workload;
  const at = (key: string, says: string, drop: DroppableNeed["drop"], place = `${pointer}.${key}`): DroppableNeed => ({
    ...need(`${pointer}.${key}`, says, places.lineOf(place)),
    drop,
  });
  const { ttftMsP95, tpotMsP95, contextWindowTokens } = workload;
  return [
    ...(candidates === null
      ? []
      : [at("candidates", `names ${namesOf(candidates)} only`, (from) => ({ ...from, candidates: null, presetFloor: presetOf(from) }))]),
    ...(customization === "none" || customization === "prompt" || customization === "tone_format"
      ? []
      : [at("needs.customization", `is ${customization}`, (from) => ({ ...from, customization: "none", fineTuning: null }))]),
    ...tuningNeeds(workload.fineTuning, at),
    ...(workload.openness === null ? [] : [at("needs.openness", `is ${workload.openness}`, (from) => ({ ...from, openness: null }))]),
    ...workload.features.map((feature, index) =>
      at(
        `needs.features[${feature}]`,
        `names ${feature}`,
        (from) => ({ ...from, features: from.features.filter((other) => other !== feature) }),
        `${pointer}.needs.features[${index}]`,
      ),
    ),
    ...(workload.contextWindowDeclared ? [at("needs.context_window_tokens", `is ${contextWindowTokens}`, undeclaredContextWindow)] : []),
    ...Object.entries(workload.minBenchmarks).map(([benchmark, floor]) =>
      at(`needs.min_benchmarks.${benchmark}`, `is ${floor}`, (from) => withoutBenchmark(from, benchmark, workload)),
    ),
    ...(workload.presetFloor === null && candidates === null ? [] : presetOf(workload) === null ? [] : [presetNeed(workload)]),
    ...(ttftMsP95 === null ? [] : [at("latency.ttft_ms_p95", `is ${ttftMsP95}`, (from) => ({ ...from, ttftMsP95: null }))]),
    ...(tpotMsP95 === null ? [] : [at("latency.tpot_ms_p95", `is ${tpotMsP95}`, (from) => ({ ...from, tpotMsP95: null }))]),
  ];
}

type NeedAt = (key: string, says: string, drop: DroppableNeed["drop"]) => DroppableNeed;

function tuningNeeds(fineTuning: FineTuningFacts | null, at: NeedAt): readonly DroppableNeed[] {
  if (fineTuning === null) return [];
  const { examples, dataMayLeave } = fineTuning;
  const without = (change: Partial<FineTuningFacts>) => (from: WorkloadFacts) => ({
    ...from,
    fineTuning: from.fineTuning === null ? null : { ...from.fineTuning, ...change },
  });
  return [
    ...(examples === null ? [] : [at("needs.fine_tuning.examples", `is ${examples}`, without({ examples: null }))]),
    ...(dataMayLeave === false ? [at("needs.fine_tuning.data_may_leave", "is false", without({ dataMayLeave: true }))] : []),
  ];
}

/** The floor that nobody declared: it applies while the policy names neither benchmarks nor candidates, and an empty `min_benchmarks` lifts it. */
function presetNeed({ pointer, useCase }: WorkloadFacts): DroppableNeed {
  const says = `is not declared, so the default floor${useCase === undefined ? "" : ` of ${useCase}`} applies`;
  return { ...need(`${pointer}.needs.min_benchmarks`, says, null), drop: (from) => ({ ...from, presetFloor: null }) };
}

/**
 * Without its last own floor a workload is held to that of its use case again, as a policy that leaves the key out is. Where its own floors ask less
 * than that one it stays without: a need that is dropped must never rule out more.
 */
function withoutBenchmark(from: WorkloadFacts, benchmark: string, declared: WorkloadFacts): WorkloadFacts {
  const minBenchmarks = Object.fromEntries(Object.entries(from.minBenchmarks).filter(([other]) => other !== benchmark));
  const preset = presetOf({ ...from, minBenchmarks });
  const isImplied = (name: string, least: number) => preset?.any.some(([other, minimum]) => other === name && minimum <= least) === true;
  const restored = preset?.all.length === 0 && Object.entries(declared.minBenchmarks).every(([name, least]) => isImplied(name, least));
  return { ...from, minBenchmarks, presetFloor: from.candidates === null && restored ? preset : from.presetFloor };
}

/** The default floor of a workload that declares no benchmark. */
function presetOf({ useCase, minBenchmarks }: WorkloadFacts): WorkloadFacts["presetFloor"] {
  if (Object.keys(minBenchmarks).length > 0) return null;
  return useCase === undefined ? DEFAULT_FLOOR : USE_CASE_DEFAULTS[useCase].floor;
}

function undeclaredContextWindow(from: WorkloadFacts): WorkloadFacts {
  return {
    ...from,
    contextWindowDeclared: false,
    contextWindowTokens: defaultContextWindow(from.largestRequestTokens),
  };
}

function need(pointer: string, says: string, line: number | null): Need {
  const rule = RULES.find(({ id }) => id.replaceAll("-", "_") === pointer.split(".").at(-1));
  return { pointer, says, line, waivable: rule?.waivable ?? true };
}

function namesOf({ api, open }: NonNullable<WorkloadFacts["candidates"]>): string {
  const names = [...(api ?? []), ...(open ?? [])];
  return names.length <= NAMED_CANDIDATES
    ? names.join(", ")
    : `${names.slice(0, NAMED_CANDIDATES).join(", ")} and ${names.length - NAMED_CANDIDATES} more`;
}
