// A word with a colour; the word says it all, the colour only helps.

import type { ComponentChildren } from "preact";

export type BadgeKind = "plain" | "info" | "good" | "warn" | "bad";

export function Badge(props: { readonly kind?: BadgeKind; readonly children: ComponentChildren }) {
  return <span class={`badge badge-${props.kind ?? "plain"}`}>{props.children}</span>;
}
