// What each figure of the reports counts, in English; the service itself says it in Chinese. A figure
// that is not here is shown as the service said it.

export const definitions: Readonly<Record<string, readonly [label: string, says: string]>> = {
  arrived: [
    "Calls in",
    "Calls that came in; those we placed are not among them.",
  ],
  placed: [
    "Calls placed",
    "Calls we placed: callbacks, duty phones, return visits.",
  ],
  offered: [
    "Wanted a person",
    "Arrived and wanted a person: entered a queue, or came no further than Asterisk (refused, gone before the answer, served by the dialplan's fallback).",
  ],
  answered: [
    "Answered",
    "Offered and talked to a person: an agent, a number outside, a phone of the fallback.",
  ],
  abandoned: [
    "Abandoned",
    "Offered, reached nobody, and left or was refused.",
  ],
  abandoned_short: [
    "Short abandons",
    "Of these, who left within 5 s of entering the queue; also in abandoned.",
  ],
  abandoned_before_answer: [
    "Left before the answer",
    "Left before the system answered.",
  ],
  abandoned_in_flow: [
    "Left in the menu",
    "Left while the tree spoke; most never wanted a person and are not in offered.",
  ],
  abandoned_waiting: [
    "Left waiting",
    "Left while waiting.",
  ],
  abandoned_ringing: [
    "Left ringing",
    "Left while an agent's phone rang, or was being connected.",
  ],
  abandoned_fallback: [
    "Left on the fallback",
    "Left on the fallback's line while the service was down.",
  ],
  refused: [
    "Refused",
    "Turned away by the limits on calls.",
  ],
  message_left: [
    "Messages",
    "Offered, and left a message instead.",
  ],
  callback_promised: [
    "Callbacks promised",
    "Offered, and was promised a callback instead.",
  ],
  other: [
    "Other ends",
    "Offered, reached nobody, ended by the tree or by us.",
  ],
  under_way: [
    "Under way",
    "Offered, neither answered nor ended yet.",
  ],
  settled: [
    "Settled",
    "Offered without under_way.",
  ],
  heard: [
    "Heard a sound",
    "Arrived, and heard a first sound of ours.",
  ],
  audio_15s: [
    "Sound in 15 s",
    "Of these, within 15 s of ringing; the clock begins when Asterisk made the channel.",
  ],
  arrival_15s: [
    "Person in 15 s of the call",
    "Answered within 15 s of the arrival at the service.",
  ],
  queue_15s: [
    "Person in 15 s of the queue",
    "Answered within 15 s of entering the first queue.",
  ],
  resolved: [
    "Resolved at once",
    "Answered, and the same number did not call again within 7 days; a hidden number never does.",
  ],
  several_agents: [
    "Several agents",
    "Talked to more than one agent.",
  ],
  connect_rate: [
    "Connect rate",
    "Answered / offered, short abandons included.",
  ],
  abandon_rate: [
    "Abandon rate",
    "Abandoned / offered.",
  ],
  level_audio: [
    "15 s: ring to sound",
    "Audio_15s / heard: ring to first audio.",
  ],
  level_arrival: [
    "15 s: call to person",
    "Arrival_15s / settled: arrival to agent.",
  ],
  level_queue: [
    "15 s: queue to person",
    "Queue_15s / settled: queue to agent.",
  ],
  first_contact: [
    "First contact",
    "Resolved / answered.",
  ],
  asa_s: [
    "Mean wait",
    "Mean seconds from the first queue to a person, over answered.",
  ],
  abandon_s: [
    "Mean wait of abandons",
    "Mean seconds from the first queue to the end, over abandoned.",
  ],
  talk_s: [
    "Mean talk",
    "Mean talk without holds, over the talks of the row's calls.",
  ],
  hold_s: [
    "Mean hold",
    "Mean hold, over the same.",
  ],
  wrap_up_s: [
    "Mean wrap-up",
    "Mean wrap-up as it was, over the same.",
  ],
  aht_s: [
    "Mean handling",
    "Mean of talk, hold and wrap-up, over the same.",
  ],
  talks: [
    "Talks",
    "Talks: one for each agent that a call talked to.",
  ],
  offers: [
    "Offers",
    "Reservations of an agent for a call.",
  ],
  offers_missed: [
    "Offers missed",
    "Of these: no answer, declined, phone busy or unreachable.",
  ],
  occupancy: [
    "Occupancy",
    "(talk + hold + wrap-up) / (that + ready); ringing counts as ready, pauses not at all.",
  ],
  signed_in_s: [
    "Signed in",
    "Seconds in any state but offline.",
  ],
  paused_s: [
    "Not ready",
    "Seconds not ready.",
  ],
  connect_rate_24h: [
    "Connect rate, 24 h",
    "The connect rate of the 24 hours that end with this hour.",
  ],
  connect_rate_24h_lowest: [
    "Lowest 24 h rate",
    "The lowest of these in the period; the rolling rate of GB/T 33358 should be 95 % or more.",
  ],
  dispatched: ["Work orders", "Work orders given to the unit in the period."],
  returned: ["Returned", "Of these, sent back by the unit."],
  sign_rate: ["Signed in time", "Of the orders signed, or due to be, those signed in time."],
  response_rate: [
    "First answer in time",
    "Of the orders answered, or due to be (without a time for it: closed), those answered in time.",
  ],
  close_rate: [
    "Closed in time",
    "Of the orders closed, or due to be, those closed in time, granted extensions included.",
  ],
  satisfaction: ["Satisfied", "Of the orders with a return visit's result, those satisfied."],
  score: ["Score", "The mean of the rates there are."],
  rank: ["Rank", "By score, 1 is the best; the same score is the same rank."],
};
