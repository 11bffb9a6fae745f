// The day by quarters of an hour: calls, waits, shares answered in time.

import { t } from "../shared/texts/language";
import { figure, percent } from "../shared/figures";
import { duration, minuteOfDay } from "../shared/times";
import { Chart, SECOND_STEPS, SHARE_STEPS, WHOLE_STEPS, type Series } from "../shared/ui/chart";
import { figures, now, quarters } from "./floor";

const QUARTER_S = 900;

/** All quarters from midnight until now: one without a call is nought, not missing. */
function times(): readonly number[] {
  const since = figures.value.get("today")?.["since"];
  const first = since ?? Math.min(...[...quarters.value.keys()].map(Number), now.value);
  const found: number[] = [];
  for (let at = first; at <= now.value; at += QUARTER_S) found.push(at);
  return found;
}

function series(at: readonly number[], name: string, label: string, isBars = false): Series {
  const counts = !/_s$|_rate$|^level/.test(name);
  const values = at.map((one) => {
    const value = quarters.value.get(String(one))?.[name];
    return value ?? (counts ? 0 : null);
  });
  return { label, values, shown: (value) => figure(name, value), isBars };
}

export function DayCharts() {
  const at = times();
  const waits = [{ ...series(at, "asa_s", t("board.chart_wait")), shown: seconds }];
  const shares = [
    series(at, "level_audio", t("board.level_audio")),
    series(at, "level_arrival", t("board.level_arrival")),
    series(at, "level_queue", t("board.level_queue")),
  ].map((one) => ({ ...one, shown: percent }));
  return (
    <section class="stack board-charts" aria-label={t("board.charts")}>
      <Chart
        title={t("board.chart_calls")} times={at} timeOf={minuteOfDay} steps={WHOLE_STEPS}
        series={[
          series(at, "arrived", t("board.arrived"), true), series(at, "answered", t("board.answered")),
          series(at, "abandoned", t("board.abandoned")),
        ]}
      />
      <Chart title={t("board.chart_waits")} times={at} timeOf={minuteOfDay} series={waits} steps={SECOND_STEPS} />
      <Chart
        title={t("board.chart_shares")} times={at} timeOf={minuteOfDay} series={shares} range={[0, 1]}
        steps={SHARE_STEPS}
      />
    </section>
  );
}

function seconds(value: number | null): string {
  return value === null ? "–" : duration(value);
}
