// Short notices at the edge of the page, and what only screen readers are told.

import { signal } from "@preact/signals";
import { messageOf } from "../api";
import { t } from "../texts/language";

export type ToastKind = "info" | "good" | "warn" | "bad";

interface Toast {
  readonly number: number;
  readonly text: string;
  readonly kind: ToastKind;
}

const SHOWN_MS: Readonly<Record<ToastKind, number>> = {
  info: 6_000, good: 4_000, warn: 12_000, bad: 15_000,
};

const toasts = signal<readonly Toast[]>([]);
const polite = signal("");
const urgent = signal("");
let last = 0;

export function toast(text: string, kind: ToastKind = "info"): void {
  const number = ++last;
  const others = toasts.value.filter((one) => one.text !== text);
  toasts.value = [...others.slice(-4), { number, text, kind }];
  setTimeout(() => dismiss(number), SHOWN_MS[kind]);
}

export function toastError(error: unknown): void {
  toast(messageOf(error), "bad");
}

/** Do it, and say so if that fails. */
export function attempt(work: () => Promise<unknown>): void {
  work().catch(toastError);
}

/** Said by screen readers: a ring or a lost line is urgent, a change of state is not. */
export function announce(text: string, isUrgent = false): void {
  const region = isUrgent ? urgent : polite;
  // The same words twice are said twice only if the text changes.
  region.value = region.value === text ? `${text}\u00a0` : text;
}

function dismiss(number: number): void {
  toasts.value = toasts.value.filter((one) => one.number !== number);
}

export function Notices() {
  return (
    <>
      <div class="only-heard" role="status" aria-live="polite">{polite.value}</div>
      <div class="only-heard" role="alert" aria-live="assertive">{urgent.value}</div>
      <div class="toasts" role="region" aria-label={t("common.notices")} aria-live="polite">
        {toasts.value.map((one) => (
          <div key={one.number} class={`toast toast-${one.kind}`}>
            <span>{one.text}</span>
            <button
              type="button" class="toast-close" aria-label={t("common.close")}
              onClick={() => dismiss(one.number)}
            >
              ×
            </button>
          </div>
        ))}
      </div>
    </>
  );
}
