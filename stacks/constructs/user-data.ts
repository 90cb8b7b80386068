import { literal } from "../naming.ts";
import type { NamedFleet } from "./foundation.ts";
import { FIRST_REPLICA_PORT, METRICS_UNIT, PREPARE, PROXY_UNIT, SERVE, SERVE_UNIT } from "./host-scripts.ts";
import { proxyConfig } from "./proxy-config.ts";
import { PUBLISH_METRICS } from "./publish-metrics.ts";
import KNOWN_FLAGS from "./vllm-flags.json" with { type: "json" };
import { readsHarmony } from "./weights.ts";

/** What a server must be told; strings may hold Terraform expressions. */
export interface HostSettings {
  readonly fleet: NamedFleet;
  readonly region: string;
  readonly image: string;
  readonly bucket: string;
  readonly weightsPrefix: string;
  readonly revision: string;
  readonly apiKeySecret: string;
  readonly hubTokenSecret: string | null;
  readonly logGroup: string;
  readonly metricNamespace: string;
  /** Group and hook that wait until a server of a warm pool has loaded; null where nothing waits. */
  readonly loading: { readonly group: string; readonly hook: string } | null;
  /** Whether the first server may fetch the weights from the hub. */
  readonly mayDownload: boolean;
}

/** Directory of run-time files: a memory file system, gone at shutdown. */
const RUN_DIR = "/run/breakeven";
/** Weights, adapters and compile caches; where there is a local disk, a link to it. */
const DATA_DIR = "/var/lib/breakeven";

/**
 * First-boot instructions as `#cloud-config` (JSON is YAML). Holds names and addresses, never a secret. AWS allows 16 KiB.
 */
export function userData(settings: HostSettings): string {
  const { fleet } = settings;
  const file = (path: string, content: string, permissions = "0644") => ({ path, permissions, content });
  const files = [
    file("/etc/breakeven/host.env", environment(settings)),
    file("/etc/breakeven/vllm.flags", literal(vllmFlags(fleet))),
    file("/etc/breakeven/nginx.conf", literal(proxyConfig(fleet.name, fleet.replicasPerInstance, slotsOf(fleet)))),
    file("/usr/local/bin/breakeven-prepare", literal(PREPARE), "0755"),
    file("/usr/local/bin/breakeven-serve", literal(SERVE), "0755"),
    file("/usr/local/bin/breakeven-metrics", literal(PUBLISH_METRICS)),
    file("/etc/systemd/system/breakeven-vllm@.service", SERVE_UNIT),
    file("/etc/systemd/system/breakeven-proxy.service", PROXY_UNIT),
    file("/etc/systemd/system/breakeven-metrics.service", METRICS_UNIT),
  ];
  const units = Array.from({ length: fleet.replicasPerInstance }, (_, replica) => `breakeven-vllm@${replica}`);
  const start = ["systemctl", "enable", "--now", "--no-block", "breakeven-proxy", ...units, "breakeven-metrics"];
  return `#cloud-config\n${JSON.stringify({ write_files: files, runcmd: [["systemctl", "daemon-reload"], start] })}`;
}

/** Requests that the replicas of one host run at once: the batch that the capacity plan allows each. Null where no workload spills over. */
function slotsOf(fleet: NamedFleet): number | null {
  if (!fleet.spills) return null;
  const batch = Number(fleet.vllmFlags.find(([flag]) => flag === "--max-num-seqs")?.[1]);
  if (!(batch >= 1))
    throw new Error(`fleet "${fleet.id}" is the base of a split, but its vllmFlags hold no --max-num-seqs that says when it is full`);
  return batch * fleet.replicasPerInstance;
}

function environment(settings: HostSettings): string {
  const { fleet } = settings;
  const values: Readonly<Record<string, string | number | boolean>> = {
    REGION: settings.region,
    FLEET: fleet.name,
    IMAGE: settings.image,
    BUCKET: settings.bucket,
    WEIGHTS_PREFIX: settings.weightsPrefix,
    HUB_REPO: fleet.hubRepo,
    REVISION: settings.revision,
    MAY_DOWNLOAD: settings.mayDownload && fleet.ownWeights !== true,
    ADAPTERS: fleet.adapters,
    ENCODINGS: readsHarmony(fleet),
    API_KEY_SECRET: settings.apiKeySecret,
    HUB_TOKEN_SECRET: settings.hubTokenSecret ?? "",
    LOG_GROUP: settings.logGroup,
    METRIC_NAMESPACE: settings.metricNamespace,
    LOADING_GROUP: settings.loading?.group ?? "",
    LOADING_HOOK: settings.loading?.hook ?? "",
    REPLICAS: fleet.replicasPerInstance,
    GPUS_PER_REPLICA: fleet.tensorParallel,
    FIRST_PORT: FIRST_REPLICA_PORT,
    RUN_DIR,
    DATA_DIR,
  };
  return Object.entries(values)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}

/** Flags that the host decides; a configuration that sets them would break it or leak a key. */
const HOST_FLAGS = ["--model", "--host", "--port", "--api-key", "--ssl-certfile", "--ssl-keyfile", "--download-dir"];

/** Largest rank of an adapter that a server takes: most are trained at 8 to 64. Ours; more costs memory of the KV cache. */
const MAX_LORA_RANK = 64;

/** One argument a line, as `mapfile` reads them. The served name is the model's id in the catalog. */
function vllmFlags(fleet: NamedFleet): string {
  const unknown = fleet.vllmFlags.map(([flag]) => flag).filter((flag) => !KNOWN_FLAGS.flags.includes(flag));
  if (unknown.length > 0)
    throw new Error(`fleet "${fleet.id}" sets ${unknown.join(", ")}, which vLLM ${KNOWN_FLAGS.version} does not know; remove it`);
  const taken = fleet.vllmFlags.map(([flag]) => flag).filter((flag) => HOST_FLAGS.includes(flag));
  if (taken.length > 0) throw new Error(`fleet "${fleet.id}" sets ${taken.join(", ")}, which the host decides; remove it from vllmFlags`);
  const lora: typeof fleet.vllmFlags = fleet.adapters
    ? [
        ["--enable-lora", ""],
        ["--max-lora-rank", String(MAX_LORA_RANK)],
      ]
    : [];
  const flags = [...fleet.vllmFlags, ...lora].flatMap(([flag, value]) => (value === "" ? [flag] : [flag, value]));
  const named = flags.includes("--served-model-name") ? flags : ["--served-model-name", fleet.model, ...flags];
  return named.map((argument) => `${argument}\n`).join("");
}
