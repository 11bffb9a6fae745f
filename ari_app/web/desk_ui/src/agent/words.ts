// Why an agent is paused, in the words of this hall's configuration.

import { reasonName } from "../shared/names";
import { staffing } from "./desk";

export function reasonText(reason: string): string {
  const label = staffing.value?.pause_reasons.find((one) => one.name === reason)?.label;
  return reasonName(reason, label ?? reason);
}
