/**
 * Program of a server that reads the vLLM metrics of its replicas once a minute and publishes the fleet's figures to CloudWatch.
 *
 * It exists because the CloudWatch agent drops Prometheus histograms, and the 95th percentile of TTFT lies in one. Percentiles come
 * from the growth of the buckets since the last minute, interpolated inside a bucket as Prometheus does. Metric names: vLLM 0.11 to 0.27.
 * Standard library and the AWS command line only, both part of the machine image.
 */
export const PUBLISH_METRICS = `import json, os, re, subprocess, time, urllib.request

LINE = re.compile(r'^(vllm:\\w+)(?:\\{(.*)\\})? (\\S+)$')
BOUND = re.compile(r'le="([^"]+)"')
MINUTE = 60


def read(ports):
    """Sum of each series over all replicas that answer, and how many did."""
    total, alive = {}, 0
    for port in ports:
        try:
            text = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5).read().decode()
        except OSError:
            continue
        alive += 1
        for line in text.splitlines():
            match = LINE.match(line)
            if match:
                name, labels, value = match.groups()
                bound = BOUND.search(labels or "")
                key = (name, float(bound.group(1))) if bound else (name, None)
                total[key] = total.get(key, 0.0) + float(value)
    return total, alive


def quantile(now, before, name, share):
    """Value under which \`share\` of the events since \`before\` lie, or None without events."""
    grown = sorted((bound, count - before.get((series, bound), 0.0)) for (series, bound), count in now.items() if series == name and bound is not None)
    if not grown or grown[-1][1] <= 0:
        return None
    rank, low, below = share * grown[-1][1], 0.0, 0.0
    for bound, count in grown:
        if count >= rank:
            if bound == float("inf"):
                return low
            return low + (bound - low) * (rank - below) / max(count - below, 1e-9)
        low, below = bound, count
    return low


def figures(now, before, alive):
    """Figures of this host for one minute: metric name to (value, unit)."""
    def level(name):
        return now.get((name, None), 0.0)

    def growth(name):
        return max(level(name) - before.get((name, None), 0.0), 0.0)

    result = {
        "WaitingRequestsPerReplica": (level("vllm:num_requests_waiting") / alive, "Count"),
        "RunningRequestsPerReplica": (level("vllm:num_requests_running") / alive, "Count"),
        "KvCacheUsageRatio": (level("vllm:kv_cache_usage_perc") / alive, "None"),
    }
    if before:
        result["Requests"] = (growth("vllm:request_success_total"), "Count")
        result["InputTokens"] = (growth("vllm:prompt_tokens_total"), "Count")
        result["OutputTokens"] = (growth("vllm:generation_tokens_total"), "Count")
        ttft = quantile(now, before, "vllm:time_to_first_token_seconds_bucket", 0.95)
        tpot = quantile(now, before, "vllm:inter_token_latency_seconds_bucket", 0.95)
        if ttft is not None:
            result["TtftP95Ms"] = (ttft * 1000, "Milliseconds")
        if tpot is not None:
            result["TpotP95Ms"] = (tpot * 1000, "Milliseconds")
    return result


def gpus():
    """Mean use of the GPUs of this host and their uncorrectable memory errors since the last reset, or nothing where there is no driver."""
    query = ["nvidia-smi", "--query-gpu=utilization.gpu,ecc.errors.uncorrected.volatile.total", "--format=csv,noheader,nounits"]
    try:
        rows = subprocess.run(query, capture_output=True, text=True, check=True, timeout=20).stdout.split("\\n")
    except (OSError, subprocess.SubprocessError):
        return {}
    cells = [[float(cell) if re.fullmatch(r"[\\d.]+", cell.strip()) else 0.0 for cell in row.split(",")] for row in rows if row.strip()]
    if not cells:
        return {}
    return {
        "GpuUtilisationPercent": (sum(row[0] for row in cells) / len(cells), "Percent"),
        "GpuErrors": (sum(row[1] for row in cells), "Count"),
    }


def publish(values):
    fleet = [{"Name": "Fleet", "Value": os.environ["FLEET"]}]
    data = [{"MetricName": name, "Dimensions": fleet, "Value": value, "Unit": unit} for name, (value, unit) in values.items()]
    command = ["aws", "cloudwatch", "put-metric-data", "--region", os.environ["REGION"], "--namespace", os.environ["METRIC_NAMESPACE"]]
    subprocess.run([*command, "--metric-data", json.dumps(data)], check=False)


def main():
    ports = range(int(os.environ["FIRST_PORT"]), int(os.environ["FIRST_PORT"]) + int(os.environ["REPLICAS"]))
    before, every = {}, float(os.environ.get("EVERY_SECONDS", MINUTE))
    while True:
        now, alive = read(ports)
        if alive:
            publish({**figures(now, before, alive), **gpus()})
        before = now
        time.sleep(every)


main()
`;
