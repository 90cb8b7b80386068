/**
 * Files of a server that are the same everywhere: what differs is read from `/etc/breakeven/host.env`. They are plain programs, so
 * tests run them as they are. No file holds a secret; keys are fetched at start into a memory file system that root alone reads.
 */

/** First loopback port of the vLLM servers; replica n listens on this port plus n. */
export const FIRST_REPLICA_PORT = 8000;

/** The machine image decides where it mounts local disks, so the place is looked up: the largest one that holds neither / nor the boot files. */
export const LARGEST_DISK = `findmnt --real -nrbo SIZE,TARGET -t ext4,xfs | sort -rn | awk '$2 !~ "^/(boot|efi|$)" { print $2; exit }'`;

/**
 * Folders of a repository that hold its weights once more, for other programs: `original` of Llama and gpt-oss, `metal` of gpt-oss. With them the first
 * start takes two to three times as long as its grace period counts on, and the bucket holds as much more than is billed. vLLM reads neither.
 */
export const OTHER_COPIES = `--exclude "original/*" --exclude "metal/*"`;

/**
 * Command that puts the two encodings which gpt-oss is read by beside its weights. Without them vLLM fetches them from OpenAI at each start, and inside an
 * air gap does not start (vLLM recipes, GPT-OSS, 2026-08).
 */
export function fetchEncodings(folder: string): string {
  const address = "https://openaipublic.blob.core.windows.net/encodings";
  return `for name in o200k_base cl100k_base; do curl -fsSL --retry 3 --create-dirs -o "${folder}/tiktoken/$name.tiktoken" "${address}/$name.tiktoken"; done`;
}

/** Makes a host ready: certificate, proxy, weights, image. Does nothing the second time; safe to interrupt. */
export const PREPARE = `#!/bin/bash
set -euo pipefail
. /etc/breakeven/host.env
run="$RUN_DIR"
[ -e "$run/prepared" ] && exit 0

# Data lies on the largest disk besides the root, the local NVMe where there is one. A stop empties it, so a server of a warm pool starts anew.
disk=$(${LARGEST_DISK}) || true
if [ -n "$disk" ] && { [ -L "$DATA_DIR" ] || [ ! -e "$DATA_DIR" ]; }; then
  mkdir -p "$disk/breakeven"
  ln -sfn "$disk/breakeven" "$DATA_DIR"
fi
mkdir -p "$run" "$DATA_DIR/weights" "$DATA_DIR/adapters" "$DATA_DIR/cache"

# The load balancer speaks TLS to this host and does not check the certificate, so one of its own will do.
[ -e "$run/tls.key" ] || (umask 077 && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 825 \\
  -subj "/CN=$FLEET" -keyout "$run/tls.key" -out "$run/tls.crt")
command -v nginx > /dev/null || dnf install -y --disablerepo="*" --enablerepo=amazonlinux nginx

registry=$(echo "$IMAGE" | cut -d/ -f1)
case "$registry" in
  *.dkr.ecr.*) aws ecr get-login-password --region "$REGION" | docker login --username AWS --password-stdin "$registry" ;;
esac
docker image inspect "$IMAGE" > /dev/null 2>&1 || docker pull --quiet "$IMAGE"

aws configure set default.region "$REGION"
aws configure set default.s3.preferred_transfer_client crt
place="s3://$BUCKET/$WEIGHTS_PREFIX"
if ! aws s3api head-object --bucket "$BUCKET" --key "$WEIGHTS_PREFIX/COMPLETE" > /dev/null 2>&1; then
  if [ "$MAY_DOWNLOAD" != true ]; then
    echo "no weights under $place: upload them, then the object COMPLETE" >&2
    exit 1
  fi
  (umask 077 && : > "$run/hub.env")
  if [ -n "$HUB_TOKEN_SECRET" ]; then
    token=$(aws secretsmanager get-secret-value --secret-id "$HUB_TOKEN_SECRET" --query SecretString --output text)
    printf 'HF_TOKEN=%s\\n' "$token" > "$run/hub.env"
  fi
  docker run --rm --env-file "$run/hub.env" -v "$DATA_DIR/weights:/weights" --entrypoint hf "$IMAGE" \\
    download "$HUB_REPO" --revision "$REVISION" ${OTHER_COPIES} --local-dir /weights
  rm -f "$run/hub.env"
  if [ "$ENCODINGS" = true ]; then
    ${fetchEncodings("$DATA_DIR/weights")}
  fi
  aws s3 sync "$DATA_DIR/weights" "$place" --exclude ".cache/*" --only-show-errors
  aws s3api put-object --bucket "$BUCKET" --key "$WEIGHTS_PREFIX/COMPLETE" > /dev/null
fi
aws s3 sync "$place" "$DATA_DIR/weights" --exclude COMPLETE --only-show-errors
if [ "$ADAPTERS" = true ]; then
  aws s3 sync "s3://$BUCKET/adapters/$FLEET" "$DATA_DIR/adapters" --only-show-errors
fi
# A server of a warm pool may be stopped from here on. Nothing waits for one that only restarted.
if [ -n "$LOADING_HOOK" ]; then
  aws autoscaling complete-lifecycle-action --region "$REGION" --auto-scaling-group-name "$LOADING_GROUP" --lifecycle-hook-name "$LOADING_HOOK" \\
    --instance-id "$(cloud-init query instance_id)" --lifecycle-action-result CONTINUE --cli-connect-timeout 10 || true
fi
touch "$run/prepared"
`;

/** Runs vLLM server number \`$1\` of this host on its own GPUs, reachable from this host alone. */
export const SERVE = `#!/bin/bash
set -euo pipefail
. /etc/breakeven/host.env
replica=$1
first=$((replica * GPUS_PER_REPLICA))
gpus=$(seq -s, "$first" "$((first + GPUS_PER_REPLICA - 1))")
key=$(aws secretsmanager get-secret-value --region "$REGION" --secret-id "$API_KEY_SECRET" --query SecretString --output text)
(umask 077 && printf 'VLLM_API_KEY=%s\\n' "$key" > "$RUN_DIR/vllm-$replica.env")
mapfile -t flags < /etc/breakeven/vllm.flags
adapters=()
for adapter in "$DATA_DIR"/adapters/*/; do
  [ -d "$adapter" ] && adapters+=("$(basename "$adapter")=/adapters/$(basename "$adapter")")
done
[ "\${#adapters[@]}" = 0 ] || flags+=(--lora-modules "\${adapters[@]}")
encodings=()
[ ! -d "$DATA_DIR/weights/tiktoken" ] || encodings=(-e TIKTOKEN_ENCODINGS_BASE=/weights/tiktoken)
exec docker run --rm --name "vllm-$replica" --gpus "\\"device=$gpus\\"" --ipc=host --security-opt no-new-privileges \\
  -p "127.0.0.1:$((FIRST_PORT + replica)):8000" --env-file "$RUN_DIR/vllm-$replica.env" \\
  -e HF_HUB_OFFLINE=1 -e VLLM_CACHE_ROOT=/cache -e VLLM_NO_USAGE_STATS=1 -e DO_NOT_TRACK=1 "\${encodings[@]}" \\
  -v "$DATA_DIR/weights:/weights:ro" -v "$DATA_DIR/adapters:/adapters:ro" -v "$DATA_DIR/cache:/cache" \\
  --log-driver awslogs --log-opt "awslogs-region=$REGION" --log-opt "awslogs-group=$LOG_GROUP" \\
  --log-opt "awslogs-stream=$FLEET/$(hostname)/$replica" \\
  --entrypoint vllm "$IMAGE" serve /weights "\${flags[@]}"
`;

const LOOP_UNIT = `Restart=always
RestartSec=15
TimeoutStartSec=infinity
Environment=HOME=/root
`;

/** Readies the host under a lock, whichever unit comes first. */
const PREPARE_ONCE = "ExecStartPre=/usr/bin/flock /run/lock/breakeven /usr/local/bin/breakeven-prepare";

const INSTALL = `[Install]
WantedBy=multi-user.target
`;

/** Unit of one vLLM server; systemd starts it again whenever it ends. */
export const SERVE_UNIT = `[Unit]
Description=vLLM server %i
After=docker.service network-online.target
Wants=docker.service network-online.target
StartLimitIntervalSec=0
[Service]
${PREPARE_ONCE}
ExecStartPre=-/usr/bin/docker rm -f vllm-%i
ExecStart=/usr/local/bin/breakeven-serve %i
ExecStop=/usr/bin/docker stop -t 120 vllm-%i
TimeoutStopSec=150
${LOOP_UNIT}${INSTALL}`;

/** Unit of the proxy: the one port that the load balancer sees. */
export const PROXY_UNIT = `[Unit]
Description=TLS in front of the vLLM servers of this host
After=network-online.target
Wants=network-online.target
StartLimitIntervalSec=0
[Service]
${PREPARE_ONCE}
ExecStart=/usr/sbin/nginx -c /etc/breakeven/nginx.conf -g "daemon off;"
LimitNOFILE=65536
${LOOP_UNIT}${INSTALL}`;

/** Unit of the program that publishes the load of this host. */
export const METRICS_UNIT = `[Unit]
Description=Load of the vLLM servers to CloudWatch
After=network-online.target
StartLimitIntervalSec=0
[Service]
EnvironmentFile=/etc/breakeven/host.env
ExecStart=/usr/bin/python3 /usr/local/bin/breakeven-metrics
${LOOP_UNIT}${INSTALL}`;
