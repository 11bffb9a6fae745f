// What the desk socket has told, put together: one state, and what each message makes of it.
// Decides nothing but that: no message is sent and nothing is drawn here.

import type { Message } from "../shared/socket";
import type { Card, Own, Recording, Talk, Third } from "./rows";

export interface DeskState {
  readonly own: Own | null;
  /** The pop of an offer that is open. */
  readonly pop: Card | null;
  /** The card of the call in hand, kept until the next one. */
  readonly card: Card | null;
  readonly talk: Talk | null;
  readonly isMuted: boolean;
  readonly third: Third | null;
  readonly recording: Recording;
  /** How the citizen of a callback is being called. */
  readonly dialling: string;
  /** Seconds by which this machine's clock is ahead of the service's. */
  readonly ahead: number;
}

const RECORDING: Recording = { state: "recording", until: null };

export const NOTHING: DeskState = {
  own: null, pop: null, card: null, talk: null, isMuted: false, third: null,
  recording: RECORDING, dialling: "", ahead: 0,
};

type Told = Message & Record<string, unknown>;

/** What the message makes of the state; what it does not know leaves it as it is. */
export function after(state: DeskState, message: Message, localNow: number): DeskState {
  const told = message as Told;
  switch (message.type) {
    case "hello":
      return greeted(state, told, localNow);
    case "state":
      return state.own === null ? state : { ...state, own: { ...state.own, ...rowOf(told) } };
    case "offer":
      return { ...state, pop: told as unknown as Card, dialling: "" };
    case "offer_changed":
      return changed(state, told as unknown as Card);
    case "offer_ended":
      return ended(state, told);
    case "connected":
      return connected(state, String(told.call), localNow);
    case "call_ended":
      return { ...state, talk: null, third: null, isMuted: false, recording: RECORDING };
    case "talk":
      return talks(state, told);
    case "outside":
      return { ...state, third: thirdOf(told) };
    case "recording":
      return { ...state, recording: recordingOf(told) };
    case "dialling":
      return { ...state, dialling: String(told.state) };
    default:
      return state;
  }
}

/** The service's clock again: this machine's may be set right, or wrong, in the middle of a shift. */
export function atTime(state: DeskState, now: number, localNow: number): DeskState {
  return { ...state, ahead: localNow - now };
}

function greeted(state: DeskState, told: Told, localNow: number): DeskState {
  const card = (told.card ?? null) as Card | null;
  const own = rowOf(told) as Own;
  // In wrap-up the card is this page's own memory: the call itself is over.
  const isSame = own.state === "wrap_up" && state.card?.call === own.call;
  return {
    own,
    pop: null,
    card: card ?? (isSame ? state.card : null),
    talk: (told.talk ?? null) as Talk | null,
    isMuted: told.voice === "muted",
    third: (told.outside ?? null) as Third | null,
    recording: (told.recording ?? RECORDING) as Recording,
    dialling: "",
    ahead: typeof told.now === "number" ? localNow - told.now : 0,
  };
}

function rowOf(told: Told): Partial<Own> {
  const { type: _type, seq: _seq, card: _card, ...row } = told;
  return row as Partial<Own>;
}

function changed(state: DeskState, card: Card): DeskState {
  if (state.pop?.call === card.call) return { ...state, pop: card };
  return state.card?.call === card.call ? { ...state, card } : state;
}

function ended(state: DeskState, told: Told): DeskState {
  if (state.pop === null || state.pop.call !== told.call) return state;
  return { ...state, pop: null, card: told.reason === "answered" ? state.pop : state.card };
}

function connected(state: DeskState, call: string, localNow: number): DeskState {
  const card = state.pop?.call === call ? state.pop : state.card;
  // Told before: whoever consulted has left already, and the talk is this agent's own.
  const isThird = Boolean(card?.consulted_by) && state.talk === null;
  const own = state.own === null ? null : {
    ...state.own, talk_since: localNow - state.ahead, urgency: "", is_third: isThird,
  };
  return {
    ...state, own, card, pop: null, talk: isThird ? null : "talking", isMuted: false, third: null,
    recording: RECORDING, dialling: "",
  };
}

/** It is told to the talk's own agent alone: a colleague who came is that agent from now on. */
function talks(state: DeskState, told: Told): DeskState {
  const own = state.own === null ? null : { ...state.own, is_third: false };
  return { ...state, own, talk: told.talk as Talk, isMuted: told.voice === "muted" };
}

const GONE: ReadonlySet<string> = new Set([
  "busy", "no_answer", "failed", "declined", "phone_busy", "not_ready", "ended",
]);

function thirdOf(told: Told): Third | null {
  const state = String(told.state);
  return GONE.has(state) ? null : { to: String(told.to), state };
}

function recordingOf(told: Told): Recording {
  const until = typeof told.until === "number" ? told.until : null;
  return told.state === "paused" ? { state: "paused", until } : RECORDING;
}
