// Names of queues, reasons and values in the language that is shown.

import { queueName, reasonName } from "../shared/names";
import { tOr } from "../shared/texts/language";
import { staffing } from "./desk";

export function queueText(queue: string): string {
  return queueName(queue);
}

export function reasonText(reason: string): string {
  const label = staffing.value?.pause_reasons.find((one) => one.name === reason)?.label;
  return reasonName(reason, label ?? reason);
}

/** A value of a ticket's closed lists. */
export function wordText(value: string): string {
  return tOr(`agent.word_${value}`, value);
}
