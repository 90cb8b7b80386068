import { FIRST_REPLICA_PORT } from "./host-scripts.ts";
import { SERVER_PORT } from "./server-groups.ts";

/** Longest silence in one answer, seconds: a long answer that is not streamed. The load balancer waits as long. */
export const ANSWER_TIMEOUT_SECONDS = 900;
/**
 * Seconds for which a server keeps an idle connection of the load balancer: longer than the balancer does. Who closes first must be the side that
 * sends, or a request meets a connection that is being closed and is answered with 502 (load balancer user guide, HTTP 502, 2026-11).
 */
export const IDLE_CONNECTION_SECONDS = ANSWER_TIMEOUT_SECONDS + 60;
/** Seconds for which the proxy keeps an idle connection to vLLM, which closes its own after five (VLLM_HTTP_TIMEOUT_KEEP_ALIVE, vLLM 0.27). */
const IDLE_UPSTREAM_SECONDS = 4;
/** Largest request body: long contexts and images in base64. */
const BODY_LIMIT = "64m";
/** Part of the path under which a full host refuses instead of letting wait. */
export const SPILL_PATH = "spill";
/** Largest number that nginx takes there (ngx_http_limit_conn_module, 2026-11): counts, and never refuses. */
const NO_LIMIT = 65_535;

/**
 * nginx in front of the vLLM servers of one host: TLS, the shortest queue first, the next server when one is down. It passes `/health`
 * and the key-guarded `/v1/` alone, because vLLM leaves `/metrics`, `/tokenize` and others open (vLLM 0.27, `--api-key`).
 * Clients may put the fleet's name in front of the path, by which the load balancer finds the fleet.
 *
 * With `slots`, the requests that all replicas of the host run at once, `/<fleet>/spill/v1/` answers 429 when so many are here: what
 * would have to wait goes elsewhere. All other requests count too, and wait.
 */
export function proxyConfig(fleet: string, replicas: number, slots: number | null): string {
  const servers = Array.from(
    { length: replicas },
    (_, replica) => `    server 127.0.0.1:${FIRST_REPLICA_PORT + replica} max_fails=1 fail_timeout=10s;`,
  );
  const counted = slots === null ? "" : `limit_conn running ${NO_LIMIT}; `;
  return `worker_processes auto;
pid /run/breakeven/nginx.pid;
error_log stderr warn;
events { worker_connections 16384; }
http {
  access_log off;
  server_tokens off;
${slots === null ? "" : "  limit_conn_zone $server_port zone=running:64k;\n  limit_conn_status 429;\n"}  upstream servers {
    least_conn;
${servers.join("\n")}
    keepalive 64;
    keepalive_timeout ${IDLE_UPSTREAM_SECONDS}s;
  }
  server {
    listen ${SERVER_PORT} ssl;
    ssl_certificate /run/breakeven/tls.crt;
    ssl_certificate_key /run/breakeven/tls.key;
    ssl_protocols TLSv1.2 TLSv1.3;
    keepalive_timeout ${IDLE_CONNECTION_SECONDS}s;
    client_max_body_size ${BODY_LIMIT};
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_buffering off;
    proxy_connect_timeout 2s;
    proxy_read_timeout ${ANSWER_TIMEOUT_SECONDS}s;
    proxy_next_upstream error timeout http_503;
    location = /health { proxy_pass http://servers; }
    location /v1/ { ${counted}proxy_pass http://servers; }
    location /${fleet}/v1/ { ${counted}proxy_pass http://servers/v1/; }
${slots === null ? "" : `    location /${fleet}/${SPILL_PATH}/v1/ { limit_conn running ${slots}; proxy_pass http://servers/v1/; }\n`}    location / { return 404; }
  }
}
`;
}
