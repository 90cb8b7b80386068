import { error, type Problem } from "./problem.ts";
import { child, type SourceNode, select } from "./tree.ts";
import { quote } from "./words.ts";

/** Kinds of customization that train weights. */
export const TRAINED: readonly string[] = ["sft", "lora", "full_finetune", "continued_pretraining", "distill"];

/**
 * Training data beside a customization that trains nothing would be paid for nothing.
 * Example: `needs: { customization: prompt, fine_tuning: { training_tokens: 1e6 } }` gives `contradiction` at fine_tuning.
 */
export function checkTuning(root: SourceNode): readonly Problem[] {
  return select(root, "workloads[].needs").flatMap((needs) => {
    const training = child(needs, "fine_tuning");
    if (training === undefined) return [];
    const node = child(needs, "customization")?.node;
    const written = node?.kind === "scalar" ? String(node.value) : "none";
    if (TRAINED.includes(written.toLowerCase())) return [];
    const message = `fine_tuning stands beside customization ${quote(written)}, which trains nothing; allowed with: ${TRAINED.join(", ")}`;
    return [error("contradiction", training, message, "set customization to what is trained, or remove fine_tuning")];
  });
}
