import { IDLE_CONNECTION_SECONDS } from "../proxy-config.ts";

/**
 * Python beside LiteLLM, the part that its configuration cannot say: one key for each workload without a database, each key good for its
 * own model and nothing else, the rule on personal data before any routing, and one line for each call. Standard library and what
 * LiteLLM itself depends on. Tests start a real LiteLLM with it.
 */
export const GATEWAY_PROGRAM = `import hmac, json, os, re
from fastapi import HTTPException
from litellm.integrations.custom_logger import CustomLogger
from litellm.proxy._types import UserAPIKeyAuth

ROUTES = json.loads(os.environ["GATEWAY_ROUTES"])
PATHS = {"/v1/chat/completions", "/chat/completions", "/v1/completions", "/v1/embeddings", "/v1/models"}
CALLS = {"completion", "acompletion", "text_completion", "atext_completion", "embeddings", "aembedding"}
# What a caller could use to send a request elsewhere than its route says.
STEERING = {"fallbacks", "context_window_fallbacks", "content_policy_fallbacks", "default_fallbacks", "api_base", "base_url", "api_key",
            "api_version", "custom_llm_provider", "model_list", "deployment_id", "extra_headers", "disable_fallbacks",
            "vertex_credentials", "aws_bedrock_runtime_endpoint", "aws_region_name", "ssl_verify", "user_config", "litellm_params"}
EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)*\\.[A-Za-z]{2,}")
SSN = re.compile(r"\\b(?!000|666|9\\d\\d)\\d{3}-(?!00)\\d{2}-(?!0000)\\d{4}\\b")
CARD = re.compile(r"\\b[3-6]\\d{3}(?:[ -]?\\d){9,15}\\b")
IBAN = re.compile(r"\\b[A-Z]{2}\\d{2}(?: ?[A-Z0-9]){11,30}\\b")


def is_card(text):
    digits = [int(digit) for digit in text if digit.isdigit()][::-1]
    return 13 <= len(digits) <= 19 and sum(d if i % 2 == 0 else d * 2 - 9 * (d > 4) for i, d in enumerate(digits)) % 10 == 0


def is_iban(text):
    plain = text.replace(" ", "")
    return int("".join(str(int(sign, 36)) for sign in plain[4:] + plain[:4])) % 97 == 1


def personal(text):
    """What in the text looks like data about a person, or None. Patterns find what has a form; a name or an address has none."""
    if EMAIL.search(text):
        return "an e-mail address"
    if SSN.search(text):
        return "a social security number"
    if any(is_card(found.group()) for found in CARD.finditer(text)):
        return "a card number"
    if any(is_iban(found.group()) for found in IBAN.finditer(text)):
        return "a bank account number"
    return None


def strings(value):
    """Every text in a request, however deep."""
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for part in parts for text in strings(part)]


async def user_api_key_auth(request, api_key):
    path = request.url.path.removeprefix(os.environ.get("SERVER_ROOT_PATH", ""))
    if path not in PATHS:
        raise HTTPException(404, f"no such path: {path}; allowed: {', '.join(sorted(PATHS))}")
    for workload, route in ROUTES.items():
        if hmac.compare_digest(os.environ[route["key"]].encode(), (api_key or "").encode()):
            return UserAPIKeyAuth(api_key=workload, models=[workload], rpm_limit=route["rpm"], metadata={"workload": workload})
    raise HTTPException(401, "unknown key; send the key of your workload as bearer token")


class Gateway(CustomLogger):
    async def async_pre_call_hook(self, user_api_key_dict, cache, data, call_type):
        workload = user_api_key_dict.metadata["workload"]
        route = ROUTES[workload]
        if call_type not in CALLS:
            raise HTTPException(404, f"{call_type} is not a call of this gateway")
        if data.get("model") != workload:
            raise HTTPException(403, f"this key is for the model {workload}, not for {data.get('model')}")
        steering = sorted(STEERING & data.keys())
        if steering:
            raise HTTPException(400, f"{', '.join(steering)} cannot be set in a request; the policy decides where it goes")
        said = "\\n".join(strings([data.get("messages"), data.get("prompt"), data.get("input"), data.get("tools")]))
        found = personal(said) if route["guarded"] else None
        if found and route["leaves"]:
            raise HTTPException(400, f"refused: the request holds {found}, and the policy declares no personal data for {workload}; "
                                     f"declare its data_class, so that a place is chosen that may have it")
        if found:
            data["disable_fallbacks"] = True
        return data

    async def async_log_success_event(self, kwargs, response_obj, start_time, end_time):
        report(kwargs, 200, start_time, end_time, getattr(response_obj, "usage", None))

    async def async_log_failure_event(self, kwargs, response_obj, start_time, end_time):
        status = getattr(kwargs.get("exception"), "status_code", None) or 500
        if status == 429 and kwargs.get("custom_llm_provider") == "hosted_vllm":
            return  # Full servers are no error: the line of the overflow follows.
        report(kwargs, status, start_time, end_time, None)


def report(kwargs, status, start, end, usage):
    """One line for each call, for the metrics of the call log; never the prompt or the answer."""
    line = {"provider": kwargs.get("custom_llm_provider"), "model": kwargs.get("model"), "status": int(status),
            "latency_ms": round((end - start).total_seconds() * 1000)}
    if usage is not None:
        line |= {"input_tokens": getattr(usage, "prompt_tokens", 0) or 0, "output_tokens": getattr(usage, "completion_tokens", 0) or 0}
    print(json.dumps(line), flush=True)


gateway = Gateway()
`;

/** Memory file system of the container, the one place where it may write. */
export const GATEWAY_MEMORY_DISK = "/tmp";
/** Directory of the gateway's files. */
const GATEWAY_DIR = `${GATEWAY_MEMORY_DISK}/gateway`;
/** Port on which a task speaks TLS. */
export const GATEWAY_PORT = 4000;
/** Name of the module that holds `GATEWAY_PROGRAM`. */
export const GATEWAY_MODULE = "breakeven_gateway";

/**
 * First process of a task: writes configuration, program and a certificate of its own into the memory file system, then becomes LiteLLM.
 * The master key that LiteLLM insists on is random, never leaves the process, and opens nothing, because keys are checked by the program.
 */
export const GATEWAY_START = `import base64, os, secrets, subprocess
run = os.environ.get("GATEWAY_DIR", "${GATEWAY_DIR}")
os.umask(0o077)
os.makedirs(run, exist_ok=True)
os.chdir(run)
for name, variable in (("config.json", "GATEWAY_CONFIG"), ("${GATEWAY_MODULE}.py", "GATEWAY_PROGRAM")):
    with open(name, "w") as file:
        file.write(os.environ[variable])
if os.environ.get("GATEWAY_TRUSTED_CA"):
    import certifi
    with open("ca.pem", "w") as file:
        file.write(base64.b64decode(os.environ["GATEWAY_TRUSTED_CA"]).decode() + "\\n" + open(certifi.where()).read())
    os.environ["SSL_CERT_FILE"] = run + "/ca.pem"
subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "825",
                "-subj", "/CN=gateway", "-keyout", "tls.key", "-out", "tls.crt"], check=True, capture_output=True)
os.environ["LITELLM_MASTER_KEY"] = "sk-" + secrets.token_hex(32)
os.environ["HOME"] = run
os.execvp("litellm", ["litellm", "--config", "config.json", "--host", os.environ.get("GATEWAY_HOST", "0.0.0.0"),
                      "--port", os.environ.get("GATEWAY_PORT", "${GATEWAY_PORT}"), "--ssl_certfile_path", "tls.crt", "--ssl_keyfile_path", "tls.key"])
`;

/**
 * Environment of LiteLLM that is the same everywhere: its own price list instead of one fetched at each start, no pages, no telemetry, and idle
 * connections that outlive those of the load balancer (uvicorn closes them after five seconds otherwise).
 */
export const GATEWAY_ENVIRONMENT: Readonly<Record<string, string>> = {
  KEEPALIVE_TIMEOUT: String(IDLE_CONNECTION_SECONDS),
  LITELLM_LOCAL_MODEL_COST_MAP: "True",
  LITELLM_LOG: "ERROR",
  LITELLM_TELEMETRY: "False",
  DISABLE_ADMIN_UI: "True",
  NO_DOCS: "True",
  NO_REDOC: "True",
  NO_OPENAPI: "True",
  PYTHONDONTWRITEBYTECODE: "1",
};
