import { FIRST_REPLICA_PORT } from "./host-scripts.ts";
import { SERVER_PORT } from "./server-groups.ts";

/** Longest silence in one answer, seconds: a long answer that is not streamed. The load balancer waits as long. */
export const ANSWER_TIMEOUT_SECONDS = 900;
/** Largest request body: long contexts and images in base64. */
const BODY_LIMIT = "64m";

/**
 * nginx in front of the vLLM servers of one host: TLS, the shortest queue first, the next server when one is down. It passes `/health`
 * and the key-guarded `/v1/` alone, because vLLM leaves `/metrics`, `/tokenize` and others open (vLLM 0.27, `--api-key`).
 * Clients may put the fleet's name in front of the path, by which the load balancer finds the fleet.
 */
export function proxyConfig(fleet: string, replicas: number): string {
  const servers = Array.from(
    { length: replicas },
    (_, replica) => `    server 127.0.0.1:${FIRST_REPLICA_PORT + replica} max_fails=1 fail_timeout=10s;`,
  );
  return `worker_processes auto;
pid /run/breakeven/nginx.pid;
error_log stderr warn;
events { worker_connections 16384; }
http {
  access_log off;
  server_tokens off;
  upstream servers {
    least_conn;
${servers.join("\n")}
    keepalive 64;
  }
  server {
    listen ${SERVER_PORT} ssl;
    ssl_certificate /run/breakeven/tls.crt;
    ssl_certificate_key /run/breakeven/tls.key;
    ssl_protocols TLSv1.2 TLSv1.3;
    client_max_body_size ${BODY_LIMIT};
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_buffering off;
    proxy_connect_timeout 2s;
    proxy_read_timeout ${ANSWER_TIMEOUT_SECONDS}s;
    proxy_next_upstream error timeout http_503;
    location = /health { proxy_pass http://servers; }
    location /v1/ { proxy_pass http://servers; }
    location /${fleet}/v1/ { proxy_pass http://servers/v1/; }
    location / { return 404; }
  }
}
`;
}
