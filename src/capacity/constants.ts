/**
 * Physical and engine constants that are stated, not fitted; the fitted ones live in calibration.json.
 * Every figure carries its unit and where it comes from.
 */

/** Bytes in one GiB. */
export const BYTES_PER_GIB = 2 ** 30;

/** Bytes of one bf16 or fp16 number. */
export const BF16_BYTES = 2;

/** Parameters in one "billion parameters". */
export const PER_BILLION = 1e9;

/** Milliseconds in one second. */
export const MS_PER_SECOND = 1000;

/**
 * Bytes of one stored weight by precision, scales included. bf16: 2. fp8 and int8: 1 (scales per channel or per 128 x 128 block are below 0.1 %).
 * int4: 4 bits + one fp16 scale and one 4-bit zero point per group of 128 = 0.52. mxfp4: 4 bits + one 8-bit scale per 32 = 0.53125.
 * nvfp4: 4 bits + one fp8 scale per 16 = 0.5625. Sources: AutoAWQ group layout; OCP Microscaling Formats 1.0 (2023-09); NVIDIA ModelOpt nvfp4 layout.
 */
export const WEIGHT_BYTES = { bf16: 2, fp8: 1, int8: 1, int4: 0.52, mxfp4: 0.53125, nvfp4: 0.5625 } as const;

/**
 * Bytes of one weight of a model that was trained in int4: 4 bits + one bf16 scale per group of 32. Source: `quantization_config` of Kimi K2.5
 * (compressed-tensors, group_size 32, routed experts alone), as quoted by NVIDIA NeMo AutoModel's `dequantize_int4`, read 2026-11-29.
 */
export const NATIVE_INT4_BYTES = 0.5625;

/** Bytes of one cached key or value number. */
export const KV_BYTES = { bf16: 2, fp8: 1 } as const;

/**
 * vLLM release that the flags and defaults are written for. Every flag emitted exists in 0.11.0 (2025-10-10, commit b8b302cd) and in 0.27
 * (2026-08-07, commit 7e85d3a4); read from vllm/engine/arg_utils.py of both commits on 2026-11-20.
 */
export const VLLM_VERSION = "0.27.1";

/**
 * Share of GPU memory given to vLLM. Stated explicitly in the flags because vLLM's own default moved from 0.90 (0.11.0) to 0.92 (0.27);
 * source: vllm/config/cache.py of both releases, read 2026-11-20.
 */
export const GPU_MEMORY_UTILIZATION = 0.9;

/**
 * GiB that vLLM keeps on each GPU beside weights and KV cache whatever the model (context, CUDA graphs, NCCL buffers, activations) on cards of at
 * least RESERVE_FULL_CARD_GIB; smaller cards scale it down, because the default token budget of a step is smaller there.
 * Anchored on Llama 3.1 70B fp8 on one H100 80 GB, which serves 4k but not 8k tokens (Lambda, 2024-09): 71.7 - 67.7 - 1.6 - 1.0 (logits) = 4.8k tokens.
 */
export const RUNTIME_RESERVE_GIB = 1.6;

/**
 * Copies of the logits (one 32-bit number for each running request and word of the vocabulary) that sampling holds at once. vLLM measures its free
 * memory with `--max-num-seqs` requests sampled. Anchored on gpt-oss-120b (201,088 words) with bursts on one A100 80 GB and one H100 (GPUStack, 2026-01): there
 * run about 115,000 and 60,000 tokens at once; two copies give 128,000 and 82,000.
 */
export const LOGIT_COPIES = 2;

/** Bytes of one logit. */
export const LOGIT_BYTES = 4;

/**
 * Multiples that mxfp4 kernels pad the expert matrices to: hidden size to 256, expert size to 128. gpt-oss (2880 x 2880) is stored as 3072 x 2944, 9 % more.
 * Source: vllm/model_executor/layers/quantization/mxfp4.py (Marlin), read 2026-11-21.
 */
export const MXFP4_PADDING = { hidden: 256, expert: 128 } as const;

/** Card size in GiB from which RUNTIME_RESERVE_GIB applies in full. */
export const RESERVE_FULL_CARD_GIB = 60;

/**
 * vLLM's default `--max-num-seqs` for an API server: 1024 on cards with at least 70 GiB that are not A100, 256 on others.
 * Source: vllm/engine/arg_utils.py `_set_default_args` (0.11.0) and `get_batch_defaults` (0.27), read 2026-11-20.
 */
export const MAX_NUM_SEQS = { large: 1024, small: 256 } as const;

/** vLLM's default `--max-num-batched-tokens` (token budget of one step); same source and card classes as MAX_NUM_SEQS. */
export const MAX_BATCHED_TOKENS = { large: 8192, small: 2048 } as const;

/** GiB from which a card counts as large for vLLM's defaults. */
export const LARGE_CARD_GIB = 70;

/**
 * Share of its output that a running sequence holds on average. A sequence of O tokens holds O/2 on average over its life; 0.6 covers block
 * rounding and longer sequences being seen more often.
 */
export const HELD_OUTPUT_SHARE = 0.6;

/**
 * Standard deviations between mean and 95th percentile of a normal variable; the number of requests running under Poisson arrivals is close
 * to Poisson, so its p95 is B + 1.645 sqrt(B).
 */
export const P95_DEVIATIONS = 1.645;

/** Mean to 95th percentile of an exponential waiting time: ln(1 / 0.05). Used for the queueing part of TTFT. */
export const P95_OF_EXPONENTIAL = 2.996;

/**
 * Spread of output lengths (standard deviation / mean) of live traffic: close to an exponential. ShareGPT outputs: near 1 (vLLM benchmark data
 * set, 2023); synthetic benchmarks send equal lengths instead.
 */
export const TRAFFIC_SPREAD = 1;
