import type { Gpu, OpenModel } from "../catalog/schema.ts";

/**
 * GPU architectures on which vLLM runs attention over an fp8 KV cache with its default backend: FlashAttention 3, which is Hopper's
 * (`flash_attn_supports_fp8`: version 3 and compute capability 9.x). Other cards need another backend to be chosen and are not planned.
 * Source: vllm/v1/attention/backends/fa_utils.py of 2026, read 2026-11-21.
 */
const FP8_CACHE_ARCHITECTURES: readonly Gpu["architecture"][] = ["hopper"];

/**
 * Whether a plan may keep the KV cache of `model` in fp8 on `gpu`: the card must run it, and every layer must be plain full attention. Latent
 * attention (MLA), sliding windows and recurrent layers have backends of their own, whose support differs by release.
 * Example: Llama 3.1 70B on H100: yes; on L40S: no; DeepSeek V3 on H200: no.
 */
export function supportsFp8Cache({ architecture: { mla, attentionLayers } }: OpenModel, gpu: Gpu): boolean {
  const plain = mla === null && attentionLayers.sliding === 0 && attentionLayers.linear === 0;
  return plain && FP8_CACHE_ARCHITECTURES.includes(gpu.architecture);
}
