// Texts that are not saved yet, kept in this browser: a reload or a crash loses nothing. Decides
// only where; which text counts is the model's business.

import { recall, remember } from "../shared/stored";

export interface Draft {
  readonly text: string;
  /** Of the file that it was made from. */
  readonly sha256: string;
}

export type Drafts = Readonly<Record<string, Draft>>;

const NAME = "studio.drafts";

export function keptDrafts(): Drafts {
  try {
    const found: unknown = JSON.parse(recall(NAME) ?? "{}");
    if (typeof found !== "object" || found === null) return {};
    return Object.fromEntries(Object.entries(found).filter(([, one]) => isDraft(one)));
  } catch {
    return {};
  }
}

export function keepDrafts(drafts: Drafts): void {
  remember(NAME, JSON.stringify(drafts));
}

function isDraft(one: unknown): one is Draft {
  const draft = one as Partial<Draft> | null;
  return typeof draft?.text === "string" && typeof draft.sha256 === "string";
}
