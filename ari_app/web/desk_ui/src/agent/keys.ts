// The keys of the agent's page, in one table: the buttons show them, the manual lists them.
//
// Keys with Alt and F keys act while somebody types. Decides that no key is one that browsers keep
// for themselves (Alt+D, Alt+E, Alt+F, F5, F11, F12). Where several things could be done by one key
// (tickets to join, fields to decide, calls to hear), it is the first one's.

export const KEYS = {
  answer: "F2",
  hang_up: "F4",
  mute: "F8",
  hold: "F9",
  ready: "Alt+R",
  not_ready: "Alt+P",
  decline: "Alt+X",
  consult: "Alt+C",
  transfer: "Alt+T",
  police: "Alt+1",
  complete: "Alt+G",
  back: "Alt+B",
  send_keys: "Alt+K",
  pause_recording: "Alt+L",
  mark_as_urgent: "Alt+U",
  mark_as_confidential: "Alt+I",
  survey: "Alt+V",
  save: "Alt+S",
  wrap_up_more: "Alt+W",
  wrap_up_done: "Alt+Enter",
  to_form: "Alt+Q",
  units: "Alt+M",
  history: "Alt+H",
  microphone: "Alt+N",
  join: "Alt+A",
  close_case: "Alt+J",
  to_own_ticket: "Alt+O",
  open_unsaved: "Alt+4",
  take_mine: "Alt+2",
  take_theirs: "Alt+3",
  listen: "Alt+Y",
  echo: "Alt+Y",
  resume_here: "Alt+Z",
  sign_out: "Alt+0",
} as const;

export type DeskKey = keyof typeof KEYS;

/** For a button of a list: the first one's key. */
export function keyOfFirst(place: number, key: string): { readonly shortcut?: string } {
  return place === 0 ? { shortcut: key } : {};
}
