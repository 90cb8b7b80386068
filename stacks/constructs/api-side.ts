import type { ApiAccess } from "../../src/stack-config.ts";
import type { CloudwatchLogGroup } from "../provider.ts";
import { buildThrottleAlarms } from "./bedrock.ts";
import { buildBedrockEndpoint } from "./bedrock-endpoint.ts";
import { buildCallLog } from "./call-log.ts";
import type { Foundation } from "./foundation.ts";
import { buildProviderSecrets, type ProviderSecrets } from "./provider-secrets.ts";

/** What buying by the token needs: keys, a log of calls, alarms. */
export interface ApiSide {
  readonly secrets: ProviderSecrets;
  readonly callLog: CloudwatchLogGroup;
}

/** Null where nothing is bought by the token. */
export function buildApiSide(foundation: Foundation): ApiSide | null {
  const { api, privateNetwork } = foundation.config;
  if (api.length === 0) return null;
  const keyless = keylessModels(api);
  buildThrottleAlarms(foundation, keyless);
  if (privateNetwork && keyless.length > 0) buildBedrockEndpoint(foundation);
  return {
    secrets: buildProviderSecrets(foundation),
    callLog: buildCallLog(foundation),
  };
}

/** Distinct models that are called by permission, in alphabetical order. */
export function keylessModels(api: readonly ApiAccess[]): readonly string[] {
  return [...new Set(api.filter((access) => access.keyless).flatMap((access) => access.models))].sort();
}
