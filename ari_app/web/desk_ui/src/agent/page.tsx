// The agent's page: state at the left, the call in the middle, the ticket at the right.

import { signal } from "@preact/signals";
import { me } from "../shared/me";
import { t } from "../shared/texts/language";
import { Button } from "../shared/ui/button";
import { startPage } from "../shared/ui/page";
import { Banner } from "./banner";
import { CallPanel } from "./call_panel";
import { CallerCard } from "./card";
import { desk, openDesk, own } from "./desk";
import { History } from "./history";
import { KEYS } from "./keys";
import { sweepLocal } from "./local_draft";
import { RingPanel } from "./ring_panel";
import { StatusPanel } from "./status_panel";
import { count } from "./ticket";
import { TicketForm } from "./ticket_form";
import { followCalls } from "./wrap_up";
import "./agent.css";

const isHistoryOpen = signal(false);
let isStarted = false;

function start(): void {
  if (isStarted) return;
  isStarted = true;
  sweepLocal(me.value?.agent ?? "");
  openDesk();
  followCalls();
  count();
}

function DeskPage() {
  start();
  return (
    <>
      <h1 class="only-heard">{t("common.page_desk")}</h1>
      <Banner />
      <div class="desk">
        <div class="desk-column">
          <StatusPanel />
          <Button
            shortcut={KEYS.history} isPressed={isHistoryOpen.value}
            onPress={() => { isHistoryOpen.value = !isHistoryOpen.value; }}
          >
            {t("agent.history")}
          </Button>
        </div>
        <div class="desk-column desk-middle">
          <Middle />
          {isHistoryOpen.value ? <History /> : null}
        </div>
        <div class="desk-column"><TicketForm /></div>
      </div>
    </>
  );
}

function Middle() {
  const { pop, card } = desk.value;
  const row = own.value;
  if (pop !== null) return <RingPanel pop={pop} />;
  if (row === null) return null;
  if (row.state === "talking") return <CallPanel key={row.call} row={row} />;
  return (
    <section class="panel stack" aria-label={t("agent.call")}>
      <p class="muted idle">{t(row.state === "ready" ? "agent.idle_ready" : "agent.idle")}</p>
      {row.state === "wrap_up" && card !== null ? <CallerCard card={card} /> : null}
    </section>
  );
}

startPage("desk", DeskPage);
