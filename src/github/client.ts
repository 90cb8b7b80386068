import { Octokit } from "@octokit/core";
import { z } from "zod";

/**
 * REST client of one repository host; every call waits and tries again within bounds. Calls are written as GitHub's
 * documentation writes them, `client.request("GET /repos/{owner}/{repo}/pulls/{pull_number}", ...)`, and typed by that.
 * Octokit's core alone: a method for each of a thousand routes, an HTTP client beside Node's and pages cost every run time.
 */
export type Client = Octokit;

/** Id of a comment or an issue, as the client reads it: a bigint from 2^53 on. */
export type Id = number | bigint;

/** How long the client waits before it gives up. */
export interface Patience {
  /** Tries of one request, the first included. */
  readonly attempts: number;
  /** Longest time for one response, body included, in milliseconds. */
  readonly responseMs: number;
  /** Longest single wait that a rate limit may ask for, in milliseconds. */
  readonly longestWaitMs: number;
  sleep(ms: number): Promise<void>;
  now(): Date;
  /** Told about each wait, in words. */
  note(text: string): void;
}

/** Four tries, 30 s for a response, at most 90 s for one wait: a stuck API costs a job minutes, not hours. */
export const defaultBounds = { attempts: 4, responseMs: 30_000, longestWaitMs: 90_000 } as const;

/** GitHub asks for at least a minute after a secondary limit that names no time (docs: rate limits for the REST API, 2026-11). */
const secondaryLimitWaitMs = 60_000;
const firstBackoffMs = 1_000;

/**
 * Builds the client.
 *
 * Example: `createClient({ token, apiUrl: "https://ghe.example/api/v3", fetch, patience })` talks to an Enterprise server.
 */
export function createClient(options: {
  readonly token: string;
  readonly apiUrl: string;
  readonly fetch: typeof fetch;
  readonly patience: Patience;
}): Client {
  return new Octokit({
    auth: options.token,
    baseUrl: options.apiUrl,
    userAgent: "breakeven-action",
    request: { fetch: patientFetch(options.fetch, options.patience) },
  });
}

/**
 * A fetch that reads every body to its end and tries again where that is safe.
 *
 * Octokit turns a body that breaks off into an empty one; an empty base policy would be a wrong answer, so the
 * body is read here, where a cut shows as an error. Rate limits are waited out for every method, because the
 * request was refused. Server errors and cut connections are retried except for POST, which may have worked:
 * its caller must look first.
 */
export function patientFetch(send: typeof fetch, patience: Patience): typeof fetch {
  return async function fetchPatiently(url, init) {
    const repeatable = (init?.method ?? "GET") !== "POST";
    for (let attempt = 1; ; attempt += 1) {
      const last = attempt >= patience.attempts;
      const backoffMs = firstBackoffMs * 2 ** (attempt - 1);
      let waitMs: number | null;
      let problem: string;
      try {
        const { response, body } = await sendWhole(send, url, init, patience.responseMs);
        waitMs = waitFor({ response, body, repeatable, backoffMs, now: patience.now() });
        problem = `HTTP ${response.status}`;
        if (last || waitMs === null || waitMs > patience.longestWaitMs) return response;
      } catch (error) {
        problem = causeOf(error);
        // Octokit would show the outermost cause alone.
        if (last || !repeatable) throw new Error(problem, { cause: error });
        waitMs = backoffMs;
      }
      patience.note(`GitHub API: ${problem}; trying again in ${Math.ceil(waitMs / 1000)} s (${attempt} of ${patience.attempts - 1})`);
      await patience.sleep(waitMs);
    }
  };
}

async function sendWhole(send: typeof fetch, url: Parameters<typeof fetch>[0], init: RequestInit | undefined, limitMs: number) {
  const response = await send(url, { ...init, signal: AbortSignal.timeout(limitMs) });
  const body = await response.arrayBuffer();
  const bodyless = response.status === 204 || response.status === 205 || response.status === 304;
  const { status, statusText } = response;
  return { body, response: new Response(bodyless ? null : body, { status, statusText, headers: [...response.headers] }) };
}

/** Milliseconds to wait before the next try, or null when the response is an answer. */
function waitFor(answer: {
  readonly response: Response;
  readonly body: ArrayBuffer;
  readonly repeatable: boolean;
  readonly backoffMs: number;
  readonly now: Date;
}): number | null {
  const { status, headers } = answer.response;
  if (status >= 500) return answer.repeatable ? answer.backoffMs : null;
  if (status !== 429 && status !== 403) return null;
  const retryAfter = headers.get("retry-after");
  if (retryAfter !== null && /^\d+$/.test(retryAfter)) return Number(retryAfter) * 1000;
  const reset = headers.get("x-ratelimit-reset");
  if (headers.get("x-ratelimit-remaining") === "0" && reset !== null && /^\d+$/.test(reset)) {
    return Math.max(Number(reset) * 1000 - answer.now.getTime(), firstBackoffMs);
  }
  // A plain 403 is a missing permission, which waiting does not change.
  return status === 429 || isLimitText(new TextDecoder().decode(answer.body)) ? secondaryLimitWaitMs : null;
}

/** GitHub's own words for a limit: "API rate limit exceeded", "You have exceeded a secondary rate limit". */
function isLimitText(text: string): boolean {
  return /rate limit|abuse detection/i.test(text);
}

/** A failed call in words: the status of an HTTP answer and GitHub's own message, or the broken connection's cause. */
export interface ApiError {
  readonly status: number;
  /** HTTP method of the call, e.g. `POST`. */
  readonly method: string;
  readonly message: string;
  /** What was seen, for a sentence: `HTTP 403: Forbidden`, or what broke where there was no answer. */
  readonly seen: string;
  /** True for a rate limit that outlasted the bounds. */
  readonly limited: boolean;
}

/** What Octokit throws for an HTTP answer of 400 and above (status as answered) and for a broken connection (status 500). */
const HttpError = z.object({
  name: z.literal("HttpError"),
  status: z.number(),
  message: z.string(),
  request: z.object({ method: z.string() }),
  response: z.unknown().optional(),
});

/** Reads an error that a call of the client threw; null when it is not one, so that defects stay defects. */
export function apiErrorOf(error: unknown): ApiError | null {
  const parsed = HttpError.safeParse(error);
  if (!parsed.success) return null;
  const { status, request, response } = parsed.data;
  const message = parsed.data.message.replace(/\s+/g, " ").slice(0, 300);
  const limited = status === 429 || (status === 403 && isLimitText(message));
  const seen = response === undefined ? `no answer: ${message}` : `HTTP ${status}: ${message}`;
  return { status, method: request.method, message, seen, limited };
}

/** What broke, in words: of nested errors the outermost and the innermost, which is the one that a person can act on. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  let innermost: Error = error;
  while (innermost.cause instanceof Error) innermost = innermost.cause;
  return innermost === error ? wordsOf(error) : `${error.message} (${wordsOf(innermost)})`;
}

/** An error for several addresses of one host has a code and no message. */
function wordsOf(error: Error & { readonly code?: unknown }): string {
  return error.message === "" ? String(error.code ?? error.name) : error.message;
}
