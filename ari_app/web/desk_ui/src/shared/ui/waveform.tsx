// A recording with its shape: played, stopped and searched by keyboard (space, arrows, Home, End)
// or pointer; where it was paused is marked and said. Nothing of the sound is fetched before it is
// played: each playback is audited. Knows no page.

import { useEffect, useRef, useState } from "preact/hooks";
import { get, messageOf } from "../api";
import { t } from "../texts/language";
import { shownTheme } from "../theme";
import { duration } from "../times";
import { Button } from "./button";
import { SelectField } from "./field";
import { toast } from "./toast";
import "./waveform.css";

export interface RecordingProps {
  readonly callId: string;
  /** One of the call's files; the talk if empty. */
  readonly file?: string;
  readonly label?: string;
}

interface Gap {
  readonly from_s: number;
  readonly to_s: number;
}

interface Shape {
  readonly file: string;
  readonly duration_s: number;
  readonly channels: readonly (readonly number[])[];
  readonly gaps: readonly Gap[];
}

const STEP_S = 5;
const SPEEDS = ["1", "1.25", "1.5", "2"];
const INKS = {
  light: { ahead: "#74828f", behind: "#0b5cab", gap: "#ffcf7d", head: "#a11d15" },
  dark: { ahead: "#7d8d9c", behind: "#78b7ff", gap: "#6b4d12", head: "#ffaaa2" },
} as const;

export function Recording(props: RecordingProps) {
  const { callId, file = "" } = props;
  const [shape, setShape] = useState<Shape | null>(null);
  const [problem, setProblem] = useState("");
  const query = file === "" ? "" : `?file=${encodeURIComponent(file)}`;
  const path = `recordings/${encodeURIComponent(callId)}`;
  useEffect(() => {
    const gone = new AbortController();
    setShape(null);
    setProblem("");
    get<Shape>(`${path}/waveform${query}`, { signal: gone.signal })
      .then(setShape, (error: unknown) => { if (!gone.signal.aborted) setProblem(messageOf(error)); });
    return () => gone.abort();
  }, [path, query]);
  if (problem !== "") return <p class="muted" role="status">{problem}</p>;
  if (shape === null) return <p class="muted" role="status">{t("common.loading")}</p>;
  return (
    <Player key={path + query} shape={shape} source={`/api/v1/${path}${query}`} label={props.label ?? t("calls.recording")} />
  );
}

interface PlayerProps {
  readonly shape: Shape;
  readonly source: string;
  readonly label: string;
}

function Player({ shape, source, label }: PlayerProps) {
  const audio = useRef<HTMLAudioElement>(null);
  const [at, setAt] = useState(0);
  const [isPlaying, setPlaying] = useState(false);
  const [speed, setSpeed] = useState("1");
  const seek = (to: number): void => {
    const second = Math.min(Math.max(0, to), shape.duration_s);
    setAt(second);
    if (audio.current !== null) audio.current.currentTime = second;
  };
  const toggle = (): void => {
    const sound = audio.current;
    if (sound === null) return;
    if (!sound.paused) return sound.pause();
    sound.playbackRate = Number(speed);
    if (Math.abs(sound.currentTime - at) > 0.3) sound.currentTime = at;
    sound.play().catch((error: unknown) => toast(messageOf(error), "bad"));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const act = keyActs(event.key, at, shape.duration_s, seek, toggle);
    if (act === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  return (
    <div class="player" role="group" aria-label={label} data-playing={isPlaying}>
      <audio
        ref={audio} src={source} preload="none"
        onPlay={() => setPlaying(true)} onPause={() => setPlaying(false)}
        onTimeUpdate={(event) => setAt(event.currentTarget.currentTime)}
        onError={() => toast(t("calls.cannot_play"), "bad")}
      />
      <ShapeSlider shape={shape} at={at} label={label} onSeek={seek} onKeyDown={onKeyDown} />
      <div class="row">
        <Button kind="primary" isPressed={isPlaying} onPress={toggle}>
          {isPlaying ? t("calls.pause") : t("calls.play")}
        </Button>
        <span class="player-time">{duration(at)} / {duration(shape.duration_s)}</span>
        <SelectField
          label={t("calls.speed")} isLabelHidden value={speed}
          choices={SPEEDS.map((one) => ({ value: one, label: `${one}×` }))}
          onChange={(chosen) => {
            setSpeed(chosen);
            if (audio.current !== null) audio.current.playbackRate = Number(chosen);
          }}
        />
        <span class="muted">{t("calls.keys")}</span>
      </div>
      <Gaps gaps={shape.gaps} />
    </div>
  );
}

function keyActs(
  key: string, at: number, length: number, seek: (to: number) => void, toggle: () => void,
): (() => void) | undefined {
  const acts: Readonly<Record<string, () => void>> = {
    " ": toggle,
    ArrowLeft: () => seek(at - STEP_S),
    ArrowRight: () => seek(at + STEP_S),
    Home: () => seek(0),
    End: () => seek(length),
  };
  return acts[key];
}

interface SliderProps {
  readonly shape: Shape;
  readonly at: number;
  readonly label: string;
  readonly onSeek: (to: number) => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
}

function ShapeSlider({ shape, at, label, onSeek, onKeyDown }: SliderProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = shownTheme();
  useEffect(() => {
    if (canvas.current !== null) draw(canvas.current, shape, at, theme);
  }, [shape, at, theme]);
  const onPointer = (event: PointerEvent): void => {
    if (event.type === "pointermove" && event.buttons === 0) return;
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    onSeek(((event.clientX - box.left) / box.width) * shape.duration_s);
  };
  return (
    <div
      class="player-shape" role="slider" tabIndex={0} aria-label={label}
      aria-valuemin={0} aria-valuemax={Math.round(shape.duration_s)} aria-valuenow={Math.round(at)}
      aria-valuetext={`${duration(at)} / ${duration(shape.duration_s)}`}
      onKeyDown={onKeyDown} onPointerDown={onPointer} onPointerMove={onPointer}
    >
      <canvas ref={canvas} aria-hidden="true" />
    </div>
  );
}

function draw(canvas: HTMLCanvasElement, shape: Shape, at: number, theme: "light" | "dark"): void {
  const ratio = devicePixelRatio;
  const [width, height] = [canvas.clientWidth * ratio, canvas.clientHeight * ratio];
  canvas.width = width;
  canvas.height = height;
  const pen = canvas.getContext("2d");
  if (pen === null || shape.duration_s === 0) return;
  const inks = INKS[theme];
  const x = (second: number): number => (second / shape.duration_s) * width;
  pen.fillStyle = inks.gap;
  for (const gap of shape.gaps) pen.fillRect(x(gap.from_s), 0, Math.max(2, x(gap.to_s) - x(gap.from_s)), height);
  const lane = height / shape.channels.length;
  shape.channels.forEach((bars, number) => {
    const middle = lane * (number + 0.5);
    bars.forEach((loud, bar) => {
      const left = (bar / bars.length) * width;
      const half = Math.max(ratio / 2, loud * lane * 0.48);
      pen.fillStyle = left < x(at) ? inks.behind : inks.ahead;
      pen.fillRect(left, middle - half, Math.max(1, width / bars.length - ratio), half * 2);
    });
  });
  pen.fillStyle = inks.head;
  pen.fillRect(x(at), 0, 2 * ratio, height);
}

function Gaps({ gaps }: { readonly gaps: readonly Gap[] }) {
  if (gaps.length === 0) return null;
  return (
    <ul class="player-gaps">
      {gaps.map((gap) => (
        <li key={gap.from_s}>
          {t("calls.gap", { from: duration(gap.from_s), to: duration(gap.to_s) })}
        </li>
      ))}
    </ul>
  );
}
