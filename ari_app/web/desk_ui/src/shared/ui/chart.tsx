// A chart over time (uPlot) with the same numbers as a table behind it, for whoever cannot see it.
// Decides colours by the theme; what is drawn is the caller's.

import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { locale, t } from "../texts/language";
import { shownTheme } from "../theme";
import { minuteOfDay, ZONE } from "../times";
import { alone } from "./chart_points";
import { Table, type Column } from "./table";
import "./chart.css";

export interface Series {
  readonly label: string;
  readonly values: readonly (number | null)[];
  /** As it is read in the table and at the cursor. */
  readonly shown: (value: number | null) => string;
  readonly isBars?: boolean;
}

export interface ChartProps {
  readonly title: string;
  /** Epoch seconds, rising. */
  readonly times: readonly number[];
  readonly series: readonly Series[];
  readonly height?: number;
  /** Of the axis; whatever the values need if nothing is said. */
  readonly range?: readonly [number, number];
  /** How far apart the axis may be labelled. */
  readonly steps?: readonly number[];
  readonly timeOf: (instant: number) => string;
}

export const WHOLE_STEPS: readonly number[] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];
export const SECOND_STEPS: readonly number[] = [1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 36_000];
export const SHARE_STEPS: readonly number[] = [0.1, 0.25, 0.5];
const COLOURS = {
  light: ["#0b5cab", "#12603a", "#a11d15", "#744500"],
  dark: ["#78b7ff", "#86dcab", "#ffaaa2", "#f3c46f"],
} as const;
const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 3], [10, 3, 2, 3]];

export function Chart(props: ChartProps) {
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const theme = shownTheme();
  const labels = props.series.map((one) => one.label).join("|");
  useEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    plot.current = new uPlot(options(props, element.clientWidth, theme), dataOf(props), element);
    const resized = new ResizeObserver(() => {
      plot.current?.setSize({ width: element.clientWidth, height: props.height ?? 150 });
    });
    resized.observe(element);
    return () => { resized.disconnect(); plot.current?.destroy(); plot.current = null; };
  }, [theme, labels, locale(), props.height]);
  useEffect(() => plot.current?.setData(dataOf(props)), [props.times, props.series]);
  return (
    <figure class="chart">
      <figcaption>{props.title}</figcaption>
      <div ref={frame} class="chart-frame" aria-hidden="true" />
      <details>
        <summary>{t("common.as_table")}</summary>
        <Numbers {...props} />
      </details>
    </figure>
  );
}

function dataOf({ times, series }: ChartProps): uPlot.AlignedData {
  return [[...times], ...series.map((one) => [...one.values])] as uPlot.AlignedData;
}

function options(props: ChartProps, width: number, theme: "light" | "dark"): uPlot.Options {
  const colours = COLOURS[theme];
  const ink = theme === "dark" ? "#a6b3c0" : "#4c5a69";
  const lines = theme === "dark" ? "#37434f" : "#dfe5eb";
  const axis = { stroke: ink, grid: { stroke: lines, width: 1 }, ticks: { stroke: lines, width: 1 } };
  const { range, series } = props;
  return {
    width,
    height: props.height ?? 150,
    tzDate: (instant) => uPlot.tzDate(new Date(instant * 1000), ZONE),
    cursor: { y: false, drag: { x: false, y: false } },
    scales: { y: range ? { range: [range[0], range[1]] } : { range: (_, __, most) => [0, Math.max(1, most * 1.1)] } },
    axes: [
      { ...axis, values: (_, ticks) => ticks.map(minuteOfDay) },
      { ...axis, size: 72, ...(props.steps ? { incrs: [...props.steps] } : {}), values: (_, ticks) => ticks.map((tick) => series[0]?.shown(tick) ?? String(tick)) },
    ],
    series: [
      { label: t("common.time"), value: (_, at) => (at === null ? "–" : props.timeOf(at)) },
      ...series.map((one, number) => ({
        label: one.label,
        stroke: colours[number % colours.length] as string,
        width: 2,
        dash: [...(DASHES[number % DASHES.length] ?? [])],
        ...(one.isBars ? { fill: `${colours[number % colours.length]}44` } : {}),
        spanGaps: false,
        points: { filter: (plotted: uPlot, at: number, isShown: boolean) => (isShown ? null : alone(plotted.data[at])) },
        value: (_: uPlot, value: number | null) => one.shown(value),
      })),
    ],
  };
}

function Numbers({ title, times, series, timeOf }: ChartProps) {
  const rows = times.map((at, number) => ({ at, number }));
  const columns: readonly Column<{ at: number; number: number }>[] = [
    { key: "at", title: t("common.time"), cell: (row) => timeOf(row.at), isRowTitle: true },
    ...series.map((one) => ({
      key: one.label, title: one.label, isNumber: true,
      cell: (row: { number: number }) => one.shown(one.values[row.number] ?? null),
    })),
  ];
  return <Table caption={title} isCaptionHidden columns={columns} rows={rows} keyOf={(row) => String(row.at)} />;
}
