// The agent's desk: the socket, what it told, the phone, the clock, and what is done by them all.
// Decides which way a wish goes (the service, the phone, both); what is allowed the service says.

import { computed, effect, signal } from "@preact/signals";
import { get, Refusal } from "../shared/api";
import { mayLeave } from "../shared/leaving";
import { me } from "../shared/me";
import { ServiceSocket, type Action, type Message } from "../shared/socket";
import { t, tOr } from "../shared/texts/language";
import { announce, attempt, toast } from "../shared/ui/toast";
import { untilThere } from "../shared/until_there";
import { after, atTime, NOTHING, type DeskState } from "./desk_state";
import { makeDeskPhone, type DeskPhone } from "./desk_phone";
import type { Directory, Staffing } from "./rows";

export const desk = signal<DeskState>(NOTHING);
export const staffing = signal<Staffing | null>(null);
export const directory = signal<Directory | null>(null);
/** Epoch seconds by the service's clock, each second anew. */
export const clock = signal(Date.now() / 1000);

export const own = computed(() => desk.value.own);
/** The call that is offered to this agent. */
export const ringing = computed(() => desk.value.pop?.call ?? null);
export const isTalking = computed(() => own.value?.state === "talking");

/** So long after a dialog was closed the page under it is surely heard again. */
const CLOSED_MS = 100;

export let socket: ServiceSocket;
export let phone: DeskPhone;

export function openDesk(): void {
  phone = makeDeskPhone(me.value?.phone === "browser");
  socket = new ServiceSocket("/api/v1/desk", {
    onMessage: received, onNow: toldTime, isNumbered: true, pings: true,
  });
  setInterval(() => { clock.value = Date.now() / 1000 - desk.value.ahead; }, 1000);
  effect(() => phone.follow(socket.state.value));
  effect(() => { mayLeave.value = phone.state.value !== "in_call"; });
  attempt(async () => { staffing.value = await untilThere(() => get<Staffing>("staffing")); });
  attempt(async () => { directory.value = await untilThere(() => get<Directory>("directory")); });
}

function received(message: Message): void {
  const before = desk.value;
  desk.value = after(before, message, Date.now() / 1000);
  clock.value = Date.now() / 1000 - desk.value.ahead;
  showMuted(stillUnsaid(message) ?? desk.value.isMuted);
  endUnended(message);
  phone.expectAudio(desk.value.talk !== "held" && desk.value.talk !== "passing");
  say(message);
}

function toldTime(now: number): void {
  desk.value = atTime(desk.value, now, Date.now() / 1000);
  clock.value = now;
}

/** What is told to eye and ear beside the page itself. */
function say(message: Message): void {
  const reason = String(message.reason ?? "");
  const state = String(message.state ?? "");
  switch (message.type) {
    case "offer":
      return sayRing(t("agent.said_ring", { number: numberOf(message) }));
    case "offer_ended":
      if (reason !== "answered") toast(tOr(`agent.offer_ended_${reason}`, reason), "warn");
      return;
    case "state":
      return announce(tOr(`agent.state_${state}`, state));
    case "outside":
      return sayOutside(String(message.to ?? ""), state);
    case "recording":
      if (state === "failed") toast(t("agent.recording_failed"), "bad");
      return;
    case "forced":
      return toast(t("agent.forced", {
        by: String(message.by_name ?? message.by ?? ""), state: tOr(`agent.state_${state}`, state),
      }), "warn");
    case "fatigue":
      return toast(t("agent.fatigue"), "warn");
    case "surge":
      return toast(message.on ? t("agent.surge_on", { label: String(message.label) })
        : t("agent.surge_off"), "info");
  }
}

/** Nothing is spoken from under a dialog, and the ring closes what is open. */
function sayRing(text: string): void {
  setTimeout(() => announce(text, true), CLOSED_MS);
}

function sayOutside(to: string, state: string): void {
  const isGone = desk.value.third === null && state !== "ended";
  const text = t("agent.outside_said", { to, state: tOr(`agent.outside_${state}`, state) });
  return isGone ? toast(text, "warn") : announce(text);
}

function numberOf(message: Message): string {
  const caller = message.caller as { readonly number?: string } | undefined;
  return caller?.number || t("agent.hidden_number");
}

// --- what an agent does ---------------------------------------------------------------------------

/** Send it, and say so if it is refused. */
export function wish(action: Action): void {
  attempt(() => socket.send(action));
}

/** Something about the call in hand. */
export function verb(type: string, more: Readonly<Record<string, unknown>> = {}): void {
  const call = own.value?.call;
  if (call) wish({ type, call, ...more });
}

export function answer(): void {
  const pop = desk.value.pop;
  if (pop === null) return;
  if (pop.answer === "desk") return wish({ type: "accept", call: pop.call });
  if (phone.isBrowser) attempt(() => phone.answer());
}

export function decline(): void {
  const pop = desk.value.pop;
  if (pop !== null) wish({ type: "decline", call: pop.call });
}

/** The call that only the phone has hung up, whose goodbye may have found no way to the service. */
let unended: string | null = null;

/** The service ends the call; without it the phone does. */
export function hangUp(): void {
  const call = own.value?.call;
  if (socket.state.value === "open" && call) return wish({ type: "hang_up", call });
  unended = call ?? null;
  attempt(() => phone.hangUp());
}

/** Told when the service is back: the citizen of a call that goes on there hears only silence. */
function endUnended(message: Message): void {
  const row = own.value;
  if (unended === null) return;
  if (row?.state !== "talking" || row.call !== unended) unended = null;
  else if (message.type === "hello") wish({ type: "hang_up", call: unended });
}

/** A line that is closed for good carries no goodbye: hung up here, the citizen would not be there. */
export function canHangUp(): boolean {
  if (socket.state.value === "open") return true;
  const why = phone.trouble.value;
  const isClosed = socket.state.value === "replaced" || why === "replaced" || why === "signed_out";
  return phone.isBrowser && !isClosed;
}

interface Unsaid {
  readonly call: string;
  readonly isMuted: boolean;
}

/** What the service has not heard yet; until then its word on the microphone is an old one. */
let unsaid: Unsaid | null = null;

/** At once in this page's own phone, and for every phone at the service. */
export function toggleMute(): void {
  const call = own.value?.call;
  if (!call) return;
  const isMuted = !desk.value.isMuted;
  showMuted(isMuted);
  sayMuted({ call, isMuted });
}

function showMuted(isMuted: boolean): void {
  if (isMuted !== desk.value.isMuted) desk.value = { ...desk.value, isMuted };
  phone.setMuted(isMuted);
}

/** A service that is away is told when it is back; what it refuses is not so here either. */
function sayMuted(said: Unsaid): void {
  unsaid = said;
  attempt(async () => {
    try {
      await socket.send({ type: said.isMuted ? "mute" : "unmute", call: said.call });
      if (unsaid === said) unsaid = null;
    } catch (error) {
      if (phone.isBrowser && error instanceof Refusal && error.code === "offline") return;
      if (unsaid === said) {
        unsaid = null;
        showMuted(!said.isMuted);
      }
      throw error;
    }
  });
}

function stillUnsaid(message: Message): boolean | null {
  const row = own.value;
  const isOver = message.type === "call_ended" || row?.state !== "talking";
  if (unsaid === null || isOver || row.call !== unsaid.call) {
    unsaid = null;
    return null;
  }
  if (message.type === "hello") sayMuted(unsaid);
  return unsaid.isMuted;
}

/** The service tells a mark to the board only; this page knows its own. */
export function marked(call: string | null, urgency: string): void {
  const row = own.value;
  if (row !== null && row.call === call) desk.value = { ...desk.value, own: { ...row, urgency } };
}

export function toggleHold(): void {
  verb(desk.value.talk === "held" ? "resume" : "hold");
}

export function toggleRecording(): void {
  verb(desk.value.recording.state === "paused" ? "resume_recording" : "pause_recording");
}

export function callPolice(): void {
  verb("three_way", desk.value.talk === "consulting" ? {} : { to: { number: "110" } });
}
