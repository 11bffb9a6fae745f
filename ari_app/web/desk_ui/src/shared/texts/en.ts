// The English texts of all pages, one file an area.

import type { SameKeys } from "./text_types";
import type { zh } from "./zh";
import { agent } from "./en/agent";
import { audit } from "./en/audit";
import { board } from "./en/board";
import { calls } from "./en/calls";
import { common } from "./en/common";
import { phone } from "./en/phone";
import { prompts } from "./en/prompts";
import { reports } from "./en/reports";
import { settings } from "./en/settings";
import { sign_in } from "./en/sign_in";
import { studio } from "./en/studio";

type Catalogue = { readonly [Area in keyof typeof zh]: SameKeys<(typeof zh)[Area]> };

export const en: Catalogue = {
  common, sign_in, phone, agent, board, calls, reports, audit, studio, prompts, settings,
};
