// The Chinese texts of all pages, one file an area.

import { agent } from "./zh/agent";
import { audit } from "./zh/audit";
import { board } from "./zh/board";
import { calls } from "./zh/calls";
import { common } from "./zh/common";
import { phone } from "./zh/phone";
import { prompts } from "./zh/prompts";
import { reports } from "./zh/reports";
import { settings } from "./zh/settings";
import { sign_in } from "./zh/sign_in";
import { studio } from "./zh/studio";

export const zh = {
  common, sign_in, phone, agent, board, calls, reports, audit, studio, prompts, settings,
};
