// Names of queues, of reasons to pause and of what tickets say, the same on every page: the
// catalogue's, else the label in the files, else the name as it stands there.

import { me } from "./me";
import { tOr } from "./texts/language";

export function queueName(queue: string | null): string {
  return queue === null ? "" : tOr(`agent.queue_${queue}`, me.value?.queue_labels[queue] ?? queue);
}

/** A value of a ticket's closed lists. */
export function ticketWord(value: string): string {
  return tOr(`agent.word_${value}`, value);
}

export function reasonName(reason: string, label = reason): string {
  return tOr(`agent.reason_${reason}`, label);
}
