import type { Catalog } from "../catalog.ts";
import { mlpMatrices, routedExpertParameters } from "../experts.ts";
import type { Architecture, OpenModel } from "../schema.ts";
import type { CatalogCheck, RowProblem } from "./check-type.ts";

const BF16_BYTES = 2;
/** Projections of a linear-attention or state-space layer, in multiples of hidden size squared (gated delta net and Mamba 2: 4.5 to 6). */
const LINEAR_LAYER_SQUARES = 5;
const PARAMETER_TOLERANCE = 0.12;
/** Active parameters are published in whole billions, with or without the input embedding. */
const ACTIVE_TOLERANCE = 0.15;
const PER_BILLION = 1e9;

/** Checks on the shapes of open-weight models: the figures of a row must fit each other. */
export const shapeChecks: readonly CatalogCheck[] = [
  { id: "layers-add-up", rule: "full, sliding and linear layers add up to all layers", find: (catalog) => eachModel(catalog, layerGap) },
  { id: "heads-divide", rule: "key-value heads divide the attention heads", find: (catalog) => eachModel(catalog, headGap) },
  {
    id: "kv-cache-matches-shape",
    rule: "the KV cache follows from layers, heads and window",
    find: (catalog) => eachModel(catalog, cacheGap),
  },
  {
    id: "parameters-match-shape",
    rule: "the parameters follow from the shape, within 12 %",
    find: (catalog) => eachModel(catalog, parameterGap),
  },
  {
    id: "active-at-most-total",
    rule: "a model activates at most all of its parameters, a dense one all",
    find: (catalog) => eachModel(catalog, activeGap),
  },
  {
    id: "active-matches-shape",
    rule: "what a token uses of a mixture of experts follows from shape and total, within 15 %",
    find: (catalog) => eachModel(catalog, usedGap),
  },
  {
    id: "checkpoints",
    rule: "the first checkpoint is the native one, and each precision has one",
    find: (catalog) => eachModel(catalog, checkpointGap),
  },
];

function eachModel(catalog: Catalog, find: (model: OpenModel) => string | undefined): readonly RowProblem[] {
  return catalog.openModels.flatMap((model) => {
    const problem = find(model);
    return problem === undefined ? [] : [{ row: model.id, problem }];
  });
}

function layerGap({ architecture: { attentionLayers, layers } }: OpenModel): string | undefined {
  const sum = attentionLayers.full + attentionLayers.sliding + attentionLayers.linear;
  return sum === layers ? undefined : `${sum} layers by kind, ${layers} in all`;
}

function headGap({ architecture: { attentionHeads, kvHeads } }: OpenModel): string | undefined {
  return attentionHeads % kvHeads === 0 ? undefined : `${attentionHeads} heads, ${kvHeads} key-value heads`;
}

/**
 * Grouped heads keep key and value of each: 2 x kvHeads x headDim; latent attention keeps kvLoraRank + ropeHeadDim.
 * Llama 3.1 8B: 2 x 8 x 128 x 2 bytes x 32 layers = 131,072 bytes for each token.
 */
function cacheGap({ architecture: a, kvCache }: OpenModel): string | undefined {
  const perLayer = BF16_BYTES * (a.mla === null ? 2 * a.kvHeads * a.headDim : a.mla.kvLoraRank + a.mla.ropeHeadDim);
  const token = perLayer * a.attentionLayers.full;
  const sequence = perLayer * a.attentionLayers.sliding * (a.slidingWindowTokens ?? 0);
  if (token !== kvCache.bytesPerTokenBf16) return `${kvCache.bytesPerTokenBf16} bytes for a token, ${token} by shape`;
  if (sequence !== kvCache.slidingBytesPerSequenceBf16)
    return `${kvCache.slidingBytesPerSequenceBf16} bytes of windows, ${sequence} by shape`;
  return undefined;
}

function parameterGap({ architecture, parameters }: OpenModel): string | undefined {
  const computed = parametersOf(architecture) / PER_BILLION;
  const off = Math.abs(computed / parameters.totalB - 1) > PARAMETER_TOLERANCE;
  return off ? `${parameters.totalB} billion parameters, ${computed.toFixed(1)} by shape` : undefined;
}

/** Parameters of the language model: embeddings, attention, MLPs and experts. Llama 3.1 8B: 8.03 billion. */
export function parametersOf(a: Architecture): number {
  const { hiddenSize, attentionLayers, moe } = a;
  const embeddings = a.vocabSize * hiddenSize * (a.tiedEmbeddings ? 1 : 2);
  const attention = (attentionLayers.full + attentionLayers.sliding) * attentionParameters(a);
  const linear = attentionLayers.linear * LINEAR_LAYER_SQUARES * hiddenSize ** 2;
  const matrices = mlpMatrices(a);
  const dense = (a.layers - (moe?.moeLayers ?? 0)) * matrices * hiddenSize * (a.intermediateSize ?? 0);
  const shared = moe === null ? 0 : moe.moeLayers * hiddenSize * (matrices * moe.sharedIntermediate + moe.experts);
  return embeddings + attention + linear + dense + shared + routedExpertParameters(a);
}

function attentionParameters({ hiddenSize, attentionHeads, kvHeads, headDim, mla }: Architecture): number {
  if (mla === null) return 2 * hiddenSize * headDim * (attentionHeads + kvHeads);
  const plainDim = headDim - mla.ropeHeadDim;
  const latent = (hiddenSize + 2 * attentionHeads * plainDim) * mla.kvLoraRank + hiddenSize * mla.ropeHeadDim;
  return hiddenSize * attentionHeads * (headDim + plainDim) + latent;
}

function activeGap({ architecture, parameters: { totalB, activeB } }: OpenModel): string | undefined {
  if (activeB > totalB) return `${activeB} billion active of ${totalB}`;
  return architecture.moe === null && activeB !== totalB ? `${activeB} of ${totalB} billion active without experts` : undefined;
}

/**
 * The capacity model takes what is no expert and no embedding for weights that every token uses, so a total that is rounded, or a shape that is
 * misread, would make a model several times as slow or as fast as it is. Kimi K2: 384 experts of 60 layers hold 1,014.7 of its 1,026.4 billion;
 * of the published "1T" nothing would be left.
 */
function usedGap({ architecture: a, parameters: { totalB, activeB } }: OpenModel): string | undefined {
  if (a.moe === null) return undefined;
  const matrix = a.vocabSize * a.hiddenSize;
  const experts = routedExpertParameters(a);
  const rest = totalB * PER_BILLION - experts - (a.tiedEmbeddings ? 1 : 2) * matrix;
  if (rest <= 0) return `${totalB} billion parameters, ${(experts / PER_BILLION).toFixed(1)} in experts alone`;
  const used = rest + matrix + (experts * a.moe.activeExperts) / a.moe.experts;
  const gaps = [used, used + matrix].map((parameters) => Math.abs(parameters / PER_BILLION / activeB - 1));
  return Math.min(...gaps) > ACTIVE_TOLERANCE ? `${activeB} billion active, ${(used / PER_BILLION).toFixed(1)} by shape` : undefined;
}

function checkpointGap({ checkpoints, hubRepo, nativePrecision }: OpenModel): string | undefined {
  const first = checkpoints[0];
  if (first?.precision !== nativePrecision || first.hubRepo !== hubRepo) return `first checkpoint is ${first?.precision} ${first?.hubRepo}`;
  const precisions = checkpoints.map((each) => each.precision);
  return new Set(precisions).size === precisions.length ? undefined : `two checkpoints of one precision: ${precisions.join(", ")}`;
}
