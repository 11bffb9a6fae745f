// Earlier tickets of the same number, the likeliest first: one key makes this one a part of it.

import { useEffect, useState } from "preact/hooks";
import { get, post } from "../shared/api";
import { dateAndTime } from "../shared/times";
import { t } from "../shared/texts/language";
import { Button } from "../shared/ui/button";
import { attempt, toast } from "../shared/ui/toast";
import { KEYS, keyOfFirst } from "./keys";
import { fields, isDirty, refreshed, save } from "./ticket";
import { textOf } from "./ticket_fields";
import type { Ticket } from "./rows";

interface Likely {
  readonly ticket_id: string;
  readonly score: number;
  readonly arrived_at: number;
  readonly matter_cause: string | null;
  readonly closed_at: number | null;
}

interface Found {
  readonly count: number;
  readonly repeats: readonly Likely[];
}

const SHOWN = 4;

export function Repeats({ row }: { readonly row: Ticket }) {
  const [found, setFound] = useState<Found | null>(null);
  // Looked for anew after each save: what the matter is decides what is like it.
  useEffect(() => {
    const gone = new AbortController();
    get<Found>(`tickets/${row.ticket_id}/repeats`, { signal: gone.signal })
      .then(setFound, () => { if (!gone.signal.aborted) setFound(null); });
    return () => gone.abort();
  }, [row.ticket_id, row.version]);
  if (found === null || found.count === 0) return null;
  const open = found.repeats.slice(0, SHOWN).filter((one) => one.closed_at === null);
  return (
    <details class="repeats" open={found.repeats.length > 0}>
      <summary>{t("agent.repeats", { count: found.count })}</summary>
      <ul class="stack">
        {found.repeats.slice(0, SHOWN).map((one) => (
          <Line key={one.ticket_id} row={row} one={one} place={open.indexOf(one)} />
        ))}
      </ul>
    </details>
  );
}

interface LineProps {
  readonly row: Ticket;
  readonly one: Likely;
  /** Among those that this ticket could be made a part of. */
  readonly place: number;
}

function Line({ row, one, place }: LineProps) {
  const canJoin = one.closed_at === null && row.repeat_of === null && row.closed_at === null;
  const join = (): void => attempt(async () => {
    if (isDirty.value) await save();
    refreshed(await post<Ticket>(`tickets/${row.ticket_id}/join`, { repeat_of: one.ticket_id }));
    toast(t("agent.joined_to", { ticket: one.ticket_id }), "good");
  });
  return (
    <li class="row" data-cause={textOf(fields.value.matter_cause).length}>
      <span class="repeat-text">
        {dateAndTime(one.arrived_at)} · {one.matter_cause ?? t("agent.no_cause")} · {Math.round(one.score * 100)} %
      </span>
      <Button {...keyOfFirst(place, KEYS.join)} isDisabled={!canJoin} onPress={join}>{t("agent.join")}</Button>
    </li>
  );
}
