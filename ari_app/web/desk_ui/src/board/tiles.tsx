// The figures that a floor is led by, as large as the room allows.

import { t } from "../shared/texts/language";
import { duration } from "../shared/times";
import { percent } from "../shared/figures";
import { agents, figures, now, queues } from "./floor";

const CONNECT_AIM = 0.95;

type Mood = "" | "good" | "warn" | "bad";

interface TileProps {
  readonly label: string;
  readonly value: string;
  readonly note?: string;
  readonly mood?: Mood;
  readonly id: string;
}

function Tile({ label, value, note, mood = "", id }: TileProps) {
  return (
    <div class={`tile ${mood === "" ? "" : `tile-${mood}`}`} data-tile={id}>
      <dt>{label}</dt>
      <dd>
        <span class="tile-value">{value}</span>
        {note === undefined ? null : <span class="tile-note">{note}</span>}
      </dd>
    </div>
  );
}

export function Tiles() {
  return (
    <section aria-label={t("board.figures")}>
      <dl class="tiles">
        <WaitingTiles />
        <DayTiles />
        <AgentsTile />
      </dl>
    </section>
  );
}

function WaitingTiles() {
  const rows = [...queues.value.values()];
  const waiting = rows.reduce((sum, row) => sum + row.waiting, 0);
  const oldest = Math.min(...rows.map((row) => row.oldest_at ?? Infinity));
  const longest = oldest === Infinity ? null : Math.max(0, now.value - oldest);
  return (
    <>
      <Tile id="waiting" label={t("board.waiting")} value={String(waiting)} mood={waiting > 0 ? "warn" : ""} />
      <Tile
        id="longest" label={t("board.longest")} value={longest === null ? "–" : duration(longest)}
        mood={waitMood(longest)}
      />
    </>
  );
}

/** 15 s is the standard's; a minute is what citizens call the end of their patience. */
export function waitMood(waited: number | null): Mood {
  if (waited === null || waited <= 15) return "";
  return waited <= 60 ? "warn" : "bad";
}

function DayTiles() {
  const day = figures.value.get("today") ?? {};
  const whole = figures.value.get("last_24h") ?? {};
  const rate = whole["connect_rate"] ?? null;
  return (
    <>
      <Tile
        id="connect_rate" label={t("board.connect_rate")} value={percent(rate)}
        note={t("board.of", { part: whole["answered"] ?? 0, whole: whole["offered"] ?? 0 })}
        mood={rate === null ? "" : rate >= CONNECT_AIM ? "good" : "bad"}
      />
      <Tile id="level_audio" label={t("board.level_audio")} value={percent(day["level_audio"])} />
      <Tile id="level_arrival" label={t("board.level_arrival")} value={percent(day["level_arrival"])} />
      <Tile id="level_queue" label={t("board.level_queue")} value={percent(day["level_queue"])} />
      <Tile
        id="abandoned" label={t("board.abandoned")} value={String(day["abandoned"] ?? "–")}
        note={t("board.short", { count: day["abandoned_short"] ?? 0 })}
      />
      <Tile
        id="arrived" label={t("board.arrived")} value={String(day["arrived"] ?? "–")}
        note={t("board.answered_of", { count: day["answered"] ?? 0 })}
      />
    </>
  );
}

function AgentsTile() {
  const states = [...agents.value.values()].map((row) => row.state);
  const count = (state: string): number => states.filter((one) => one === state).length;
  return (
    <Tile
      id="ready" label={t("board.ready")} value={String(count("ready"))}
      note={t("board.talking_of", { talking: count("talking"), there: states.length })}
      mood={states.length > 0 && count("ready") === 0 ? "warn" : ""}
    />
  );
}
