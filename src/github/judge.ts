import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import type { Catalog } from "../catalog/index.ts";
import { costCurves, MOST_CURVES } from "../decide/curve.ts";
import { type EvaluateResult, evaluate } from "../evaluate.ts";
import type { PolicyResult } from "../report/types.ts";
import { type StackConfigResult, toStackConfig } from "../stack-config.ts";
import type { PolicyInput } from "./content.ts";
import { previewInfrastructure, type SynthModule } from "./infrastructure.ts";

/** A policy of the run with what was decided, and what later steps need to look closer. */
export interface Judged {
  readonly result: PolicyResult;
  /** Text at the head; null where there is none to edit. */
  readonly text: string | null;
  readonly stacks: { readonly head: StackConfigResult; readonly base: StackConfigResult | null } | null;
  /** Decides the same policy with another text, against the same base. */
  readonly judge: (text: string) => EvaluateResult;
}

/** Stacks that are synthesized for one run; with a second each, more would be felt. */
const MOST_PREVIEWS = 10;

/** Decides one policy. A policy that cannot be read or is not valid is a result as well, and fails closed later. */
export function judgePolicy(policy: PolicyInput, catalog: Catalog, asOf: string): Judged {
  const { file } = policy;
  if (policy.kind !== "present") {
    const result: PolicyResult = policy.kind === "deleted" ? policy : { kind: "invalid", file, diagnostics: [policy.diagnostic] };
    return { result, text: null, stacks: null, judge: () => ({ kind: "invalid", diagnostics: [] }) };
  }
  const { files = {}, base } = policy;
  const judge = (text: string) => evaluate({ path: file, text, files, base, catalog, asOf, engineVersion: packageJson.version });
  const judged = judge(policy.text);
  if (judged.kind === "invalid") return { result: { ...judged, file }, text: policy.text, stacks: null, judge };
  const extras = { curves: costCurves(judged.trace, MOST_CURVES) };
  const result: PolicyResult = { kind: "evaluated", file, evaluation: judged.evaluation, extras };
  return { result, text: policy.text, stacks: stacksOf(judged), judge };
}

function stacksOf({ evaluation, document, base }: Extract<EvaluateResult, { readonly kind: "evaluated" }>): Judged["stacks"] {
  const head = toStackConfig(evaluation, document.policy);
  if (base === null || evaluation.base === null) return { head, base: null };
  return { head, base: toStackConfig({ ...evaluation, ...evaluation.base, region: base.region }, base.document.policy) };
}

/**
 * The results of the run with what each would change in the infrastructure, synthesized under `folder`. Only the first ten policies whose
 * stack differs are synthesized; the others say so.
 */
export async function withInfrastructure(
  judged: readonly Judged[],
  folder: string,
  load: () => Promise<SynthModule>,
): Promise<readonly PolicyResult[]> {
  const results: PolicyResult[] = [];
  let left = MOST_PREVIEWS;
  for (const [index, { result, stacks }] of judged.entries()) {
    if (result.kind !== "evaluated" || stacks === null) {
      results.push(result);
      continue;
    }
    const infrastructure =
      left > 0
        ? await previewInfrastructure({ ...stacks, folder: join(folder, `${index}`), load })
        : ({ kind: "not-built", text: `only ${MOST_PREVIEWS} policies of a run are previewed` } as const);
    if (infrastructure.kind === "compared" && infrastructure.changes.length > 0) left -= 1;
    results.push({ ...result, extras: { ...result.extras, infrastructure } });
  }
  return results;
}
