// The supervisor's board: read from afar on a wall, worked with at a desk.

import { signal } from "@preact/signals";
import { hasRight } from "../shared/me";
import { ServiceSocket } from "../shared/socket";
import { recall, remember } from "../shared/stored";
import { t } from "../shared/texts/language";
import { Button } from "../shared/ui/button";
import { Connection } from "../shared/ui/connection";
import { startPage } from "../shared/ui/page";
import { Agents } from "./agents";
import { Alerts } from "./alerts";
import { LiveCalls } from "./calls";
import { DayCharts } from "./charts";
import { EmergencyDialog } from "./emergency";
import { emergency, surge, take } from "./floor";
import { OwnPhone } from "./own_phone";
import { Queues } from "./queues";
import { SurgeDialog } from "./surge";
import { Tiles } from "./tiles";
import { WrapUpDialog } from "./wrap_up";
import "./board.css";

type Open = "surge" | "emergency" | "wrap_up" | null;

/** Twice as long as the service is ever silent, and some more for a slow line. */
const SILENCE_MS = 25_000;

const open = signal<Open>(null);
const isWall = signal(recall("wall") === "yes");
let socket: ServiceSocket | null = null;

function connected(): ServiceSocket {
  socket ??= new ServiceSocket("/api/v1/board", { onMessage: take, longestSilenceMs: SILENCE_MS });
  return socket;
}

function toggleWall(): void {
  isWall.value = !isWall.value;
  remember("wall", isWall.value ? "yes" : "no");
}

function BoardPage() {
  return (
    <div class={isWall.value ? "board board-wall" : "board"}>
      <Toolbar />
      <Alerts />
      <Tiles />
      <div class="board-columns">
        <div class="stack"><Queues /><LiveCalls /></div>
        <div class="stack"><Agents /></div>
        <div class="stack"><DayCharts /></div>
      </div>
      <Dialogs />
    </div>
  );
}

function Toolbar() {
  const { state } = connected();
  return (
    <div class="row board-bar">
      <h1>{t("board.title")}</h1>
      <Connection state={state.value} onResume={() => connected().resume()} />
      <span class="header-gap" />
      <OwnPhone />
      {hasRight("supervisor") ? <Switches /> : null}
      <Button shortcut="B" isPressed={isWall.value} onPress={toggleWall}>{t("board.wall")}</Button>
    </div>
  );
}

function Switches() {
  const show = (dialog: Open) => () => { open.value = dialog; };
  return (
    <>
      <Button shortcut="W" onPress={show("wrap_up")}>{t("board.wrap_up")}</Button>
      <Button shortcut="S" isPressed={surge.value?.on ?? false} onPress={show("surge")}>
        {t("board.surge")}
      </Button>
      <Button
        shortcut="E" kind={emergency.value ? "danger" : "plain"}
        isPressed={emergency.value !== null} onPress={show("emergency")}
      >
        {t("board.emergency")}
      </Button>
    </>
  );
}

function Dialogs() {
  const close = (): void => { open.value = null; };
  switch (open.value) {
    case "surge": return <SurgeDialog onClose={close} />;
    case "emergency": return <EmergencyDialog onClose={close} />;
    case "wrap_up": return <WrapUpDialog onClose={close} />;
    case null: return null;
  }
}

startPage("board", BoardPage);
