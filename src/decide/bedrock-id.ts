/** Regions of the European Union from which AWS answers the profiles `eu.`; Zurich and London are other places. */
const EU_REGIONS = ["eu-central-1", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-3"];

/** Models that Bedrock answers in the United States through a profile; where the region has them itself too, the profile costs the same. */
const PROFILED_IN_US = /^(meta\.llama(3-[1-9]|4)|deepseek\.r1|amazon\.nova)-/;
/** What the first region of Nova has itself. */
const OWN_IN_US_EAST_1 = /^amazon\.nova-(lite|micro|pro)-v1:/;
/** Regions of Japan, from which AWS answers the profiles `jp.`; the profiles `apac.` may leave any of their places and are not used. */
const JP_REGIONS = ["ap-northeast-1", "ap-northeast-3"];
const PROFILED_IN_JP = /^amazon\.nova-2-lite-v1:/;
const PROFILED_IN_EU = /^amazon\.nova-((lite|micro|pro)-v1|2-lite-v1):/;

/**
 * What a model on Bedrock is called by in one region. Many have no capacity of their own for calls by the token: Bedrock refuses their plain id with
 * "on-demand throughput isn't supported" and wants the profile that spreads calls over a geography, which keeps them in it at the same price.
 * An id that is a profile already, and a model without a profile that stays in the place of the region, come back as they are.
 *
 * Example: `bedrockId("meta.llama3-3-70b-instruct-v1:0", "us-east-1")` is `us.meta.llama3-3-70b-instruct-v1:0`.
 * Source: docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html and models-regions.html; names as in LiteLLM 1.104.2's price list.
 */
export function bedrockId(model: string, region: string): string {
  if (JP_REGIONS.includes(region)) return PROFILED_IN_JP.test(model) ? `jp.${model}` : model;
  if (EU_REGIONS.includes(region)) return PROFILED_IN_EU.test(model) ? `eu.${model}` : model;
  if (!region.startsWith("us-") || region.startsWith("us-gov-") || !PROFILED_IN_US.test(model)) return model;
  return region === "us-east-1" && OWN_IN_US_EAST_1.test(model) ? model : `us.${model}`;
}
