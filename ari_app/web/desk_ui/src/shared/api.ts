// Asking the service over HTTP. Decides what a refusal looks like in the pages (one error with
// code and sentence) and that whoever is not signed in any more is sent to the sign-in page.
// Knows no route.

import { signal } from "@preact/signals";
import { toSignIn } from "./leaving";
import { refusals } from "./texts/en/refusals";
import { language, t } from "./texts/language";

export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** What is wrong in a file, as `hotline check --json` shows it. */
export interface TreeFinding {
  readonly file: string;
  readonly line: number;
  readonly col: number;
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

interface Problem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  readonly problems?: readonly TreeFinding[];
}

/** A refusal (RFC 9457), or a service that cannot be reached: then `status` is 0. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: readonly FieldError[];
  readonly findings: readonly TreeFinding[];
  /** Seconds after which it may be tried again, 0 if that was not said. */
  readonly retryAfter: number;

  constructor(problem: Problem, retryAfter = 0) {
    super(sentence(problem.code, problem.detail));
    this.status = problem.status;
    this.code = problem.code;
    this.errors = problem.errors ?? [];
    this.findings = problem.problems ?? [];
    this.retryAfter = retryAfter;
  }
}

/** A refusal's sentence in the language that is shown; the service itself speaks Chinese. */
export function sentence(code: string, detail: string): string {
  return language.value === "zh" ? detail : (refusals[code] ?? detail);
}

/** What to show of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface Options {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** An answer that has not come whole by then does not come. */
  readonly limitMs?: number;
  /** A 401 is the caller's business: only the sign-in page wants that. */
  readonly stays?: boolean;
}

export interface Answer<T> {
  readonly body: T;
  readonly etag: string | null;
}

/** The service was built anew while this page is open. */
export const isOutdated = signal(false);

const ROOT = "/api/v1/";
/** Longer than the service works on anything that is asked for here. */
const LIMIT_MS = 60_000;

export async function request<T>(
  method: Method, path: string, options: Options = {},
): Promise<Answer<T>> {
  const ended = new AbortController();
  const end = (): void => ended.abort();
  const timer = setTimeout(end, options.limitMs ?? LIMIT_MS);
  options.signal?.addEventListener("abort", end);
  if (options.signal?.aborted) end();
  try {
    return await answered<T>(method, path, options, ended.signal);
  } catch (error) {
    if (error instanceof Refusal || options.signal?.aborted) throw error;
    const code = ended.signal.aborted ? "no_answer" : "offline";
    throw new Refusal({ status: 0, code, detail: t(`common.${code}`) });
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", end);
  }
}

async function answered<T>(
  method: Method, path: string, options: Options, signal: AbortSignal,
): Promise<Answer<T>> {
  const answer = await sent(method, path, options, signal);
  notice(answer.headers.get("X-Desk-Build"));
  if (!answer.ok) {
    const refusal = await refused(answer);
    if (refusal.status === 401 && !options.stays) toSignIn();
    throw refusal;
  }
  const text = await answer.text();
  const body = (text === "" ? null : parsed(text, answer)) as T;
  return { body, etag: answer.headers.get("ETag") };
}

export async function get<T>(path: string, options: Options = {}): Promise<T> {
  return (await request<T>("GET", path, options)).body;
}

export async function post<T = null>(path: string, body: unknown = {}): Promise<T> {
  return (await request<T>("POST", path, { body })).body;
}

export async function put<T = null>(path: string, body: unknown): Promise<T> {
  return (await request<T>("PUT", path, { body })).body;
}

export async function remove<T = null>(path: string): Promise<T> {
  return (await request<T>("DELETE", path)).body;
}

function sent(
  method: Method, path: string, options: Options, signal: AbortSignal,
): Promise<Response> {
  const headers: Record<string, string> = { ...options.headers };
  const made: RequestInit = { method, headers, signal, credentials: "same-origin", cache: "no-store" };
  if (options.body !== undefined) {
    headers["Content-Type"] ??= "application/json";
    made.body = isRaw(options.body) ? options.body : JSON.stringify(options.body);
  }
  return fetch(path.startsWith("/") ? path : ROOT + path, made);
}

function isRaw(body: unknown): body is Blob | FormData {
  return body instanceof Blob || body instanceof FormData;
}

async function refused(answer: Response): Promise<Refusal> {
  const retryAfter = Number(answer.headers.get("Retry-After") ?? 0);
  try {
    return new Refusal((await answer.json()) as Problem, retryAfter);
  } catch {
    const detail = t("common.unreadable");
    return new Refusal({ status: answer.status, code: "unreadable", detail }, retryAfter);
  }
}

function parsed(text: string, answer: Response): unknown {
  if (!(answer.headers.get("Content-Type") ?? "").includes("json")) return text;
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal({ status: 0, code: "unreadable", detail: t("common.unreadable") });
  }
}

function notice(build: string | null): void {
  if (build !== null && build !== BUILD_STAMP) isOutdated.value = true;
}
