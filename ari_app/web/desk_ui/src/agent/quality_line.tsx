// How well both hear each other, by what the browser's phone counts; nothing for desk phones.

import { t } from "../shared/texts/language";
import { Badge } from "../shared/ui/badge";
import type { Quality } from "../phone/agent_phone";
import { phone } from "./desk";

const LOSS_WARN = 0.03;
const JITTER_WARN_MS = 60;

export function QualityLine() {
  const now = phone.quality.value;
  if (now === null) return null;
  return (
    <div class="quality row" data-one-way={now.oneWay ?? "none"}>
      {now.oneWay !== null
        ? <Badge kind="bad">{t(`agent.quality_${now.oneWay}`)}</Badge>
        : <Badge kind={isPoor(now) ? "warn" : "good"}>{t(isPoor(now) ? "agent.quality_poor" : "agent.quality_good")}</Badge>}
      <span class="muted number">{figures(now)}</span>
    </div>
  );
}

function isPoor(now: Quality): boolean {
  const all = now.packetsReceived + now.packetsLost;
  return (all > 0 && now.packetsLost / all > LOSS_WARN) || now.jitterMs > JITTER_WARN_MS;
}

function figures(now: Quality): string {
  return t("agent.quality_figures", {
    received: now.packetsReceived, lost: now.packetsLost, jitter: Math.round(now.jitterMs),
    rtt: now.rttMs === null ? "–" : Math.round(now.rttMs),
  });
}
