import type { Architecture } from "./schema.ts";

/** Matrices of a gated MLP (gate, up, down); a row whose MLPs are not gated says so (`mlpMatrices`). */
const GATED_MATRICES = 3;

/** Matrices of one MLP or expert of a model: 3, or 2 (up and down) where its row says so. */
export function mlpMatrices(architecture: Architecture): number {
  return architecture.mlpMatrices ?? GATED_MATRICES;
}

/**
 * Weights of all routed experts: layers x experts x width x size x matrices; 0 without experts. Some experts work in a width smaller than the
 * model's own (`latentSize`).
 *
 * Example: gpt-oss-120b: 36 x 128 x 2880 x 2880 x 3 = 114.7 billion; Kimi K3: 92 x 896 x 3584 x 3072 x 3 = 2,723 billion.
 */
export function routedExpertParameters(architecture: Architecture): number {
  const { hiddenSize, moe } = architecture;
  if (moe === null) return 0;
  return moe.moeLayers * moe.experts * (moe.latentSize ?? hiddenSize) * moe.expertIntermediate * mlpMatrices(architecture);
}
