import { expression } from "../../expression.ts";
import { EcrRepository, TerraformOutput, TerraformVariable } from "../../provider.ts";
import type { Foundation } from "../foundation.ts";
import { deletionProtection } from "../protection.ts";

/**
 * LiteLLM 1.104.2 in its variant that runs as nobody, and the digest of its index for both processors: read at
 * docker.io/litellm/litellm-non_root on 2026-10-08 by a public vulnerability report of that image. 1.102.1 and older, and 1.103.0, are
 * open to GHSA-7hp6-4w63-5g45.
 */
export const LITELLM = {
  version: "1.104.2",
  image: "docker.io/litellm/litellm-non_root",
  digest: "sha256:e8dee87e7ddbf9abc174e8a7b180a690d5265cc4827458d22c5ff5e108170027",
} as const;

/**
 * The image in the stack's own registry, by digest. Tasks without a way to the internet can pull from nowhere else, and a copy with the
 * same digest is the same bytes. Returns the image and the registry's ARN.
 */
export function buildGatewayImage(foundation: Foundation): { readonly image: string; readonly registryArn: string } {
  const { stack, config, prefix, key } = foundation;
  const registry = new EcrRepository(stack, "gateway_registry", {
    name: `${prefix}/gateway`,
    imageTagMutability: "IMMUTABLE",
    imageScanningConfiguration: { scanOnPush: true },
    encryptionConfiguration: [{ encryptionType: "KMS", kmsKey: key.arn }],
  });
  registry.addOverride("force_delete", expression(`!${deletionProtection(foundation)}`));
  const digest = new TerraformVariable(stack, "gateway_digest", {
    type: "string",
    default: LITELLM.digest,
    description: `Digest of the LiteLLM image in the stack's registry; the default is ${LITELLM.image} ${LITELLM.version}. Its configuration is tested with that version alone`,
    validation: [{ condition: `\${startswith(var.gateway_digest, "sha256:")}`, errorMessage: "gateway_digest must be sha256:..." }],
  });
  const url = registry.repositoryUrl;
  const source = `docker://${LITELLM.image}@${LITELLM.digest}`;
  new TerraformOutput(stack, "push_gateway_image", {
    description:
      "Run where both Docker Hub and this account can be reached, before the gateway starts; skopeo keeps the digest, docker push does not",
    value: `aws ecr get-login-password --region ${config.region} | skopeo login --username AWS --password-stdin ${url} && skopeo copy --all --preserve-digests ${source} docker://${url}:v${LITELLM.version}`,
  });
  return { image: `${url}@${digest.stringValue}`, registryArn: registry.arn };
}
