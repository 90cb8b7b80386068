import { address, expression } from "../expression.ts";
import { EcrRepository, TerraformLocal, TerraformOutput, TerraformVariable } from "../provider.ts";
import type { Foundation } from "./foundation.ts";
import { deletionProtection } from "./protection.ts";

/** Released 2026-08; CUDA 13, needs NVIDIA driver 580 or newer on the host (vLLM release notes and Dockerfile). */
const VLLM_TAG = "v0.27.1";
const VLLM_IMAGE = "vllm/vllm-openai";

/** The container image of the servers as Terraform resolves it: `image:tag`, or `image@sha256:...` once a digest is given. */
export function buildServerImage(foundation: Foundation): string {
  const { stack, config } = foundation;
  const tag = new TerraformVariable(stack, "vllm_tag", {
    type: "string",
    default: VLLM_TAG,
    description: "Tag of the vLLM image; entry point and flags differ between versions, so read its release notes before a change",
  });
  const digest = new TerraformVariable(stack, "vllm_digest", {
    type: "string",
    default: "",
    description: "Digest of the image, sha256:...; pins the bytes and wins over the tag. docker buildx imagetools inspect shows it",
  });
  const repository = config.airGapped ? ownRegistry(foundation) : JSON.stringify(VLLM_IMAGE);
  const [byTag, byDigest] = [`join(":", [${repository}, ${address(tag)}])`, `join("@", [${repository}, ${address(digest)}])`];
  const image = new TerraformLocal(stack, "server_image", expression(`${address(digest)} == "" ? ${byTag} : ${byDigest}`));
  return expression(address(image));
}

/** Inside an air gap nothing can be pulled from outside: a registry of the stack's own, with immutable tags. Returns an expression. */
function ownRegistry(foundation: Foundation): string {
  const { stack, config, prefix, key } = foundation;
  const repository = new EcrRepository(stack, "image_registry", {
    name: `${prefix}/vllm`,
    imageTagMutability: "IMMUTABLE",
    imageScanningConfiguration: { scanOnPush: true },
    encryptionConfiguration: [{ encryptionType: "KMS", kmsKey: key.arn }],
  });
  repository.addOverride("force_delete", expression(`!${deletionProtection(foundation)}`));
  const url = repository.repositoryUrl;
  new TerraformOutput(stack, "push_image", {
    description: "Run where both Docker Hub and this account can be reached, before the servers start",
    value: `docker pull ${VLLM_IMAGE}:${VLLM_TAG} && docker tag ${VLLM_IMAGE}:${VLLM_TAG} ${url}:${VLLM_TAG} && aws ecr get-login-password --region ${config.region} | docker login --username AWS --password-stdin ${url} && docker push ${url}:${VLLM_TAG}`,
  });
  return `${address(repository)}.repository_url`;
}
