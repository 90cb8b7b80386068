import type { PolicyDocument } from "../policy/policy.ts";
import type { Trace } from "./decide.ts";
import type { Finding } from "./evaluation-types.ts";
import { savingText } from "./saving.ts";

/** What bulk work would cost if it may wait, where the policy neither says that it may nor promises when an answer comes. */
export function batchFindings({ facts, flips }: Trace, document: PolicyDocument): readonly Finding[] {
  const mayWait = document.policy.workloads.map(
    ({ useCase, tokens, latency }) => useCase === "bulk_processing" && tokens.batchRatio === undefined && latency === undefined,
  );
  if (flips === null || !mayWait.includes(true)) return [];
  const workloads = facts.workloads.map((workload, index) => (mayWait[index] ? { ...workload, batchRatio: 1 } : workload));
  const saving = savingText(flips, { ...facts, workloads });
  if (saving === undefined) return [];
  const asked = facts.workloads.filter((_, index) => mayWait[index]);
  const text = `${asked.map(({ name }) => name).join(", ")}: requests that may wait up to 24 hours would cost ${saving}: declare tokens.batch_ratio: 1, or the share of them`;
  return [{ id: "batch-saves", level: "notice", text, line: document.lineOf(`${asked[0]?.pointer}.tokens`) }];
}
