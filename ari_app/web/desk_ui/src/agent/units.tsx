// To which units the ticket goes: looked for by name, given with one button.

import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { get, post } from "../shared/api";
import { dateAndTime } from "../shared/times";
import { t, tOr } from "../shared/texts/language";
import { Badge } from "../shared/ui/badge";
import { Button } from "../shared/ui/button";
import { Dialog } from "../shared/ui/dialog";
import { CheckField, TextField } from "../shared/ui/field";
import { attempt, toast } from "../shared/ui/toast";
import { KEYS } from "./keys";
import { useClosedByRing } from "./ring_closes";
import { isDirty, refreshed, save } from "./ticket";
import type { Ticket, Unit, WorkOrder } from "./rows";

const units = signal<readonly Unit[] | null>(null);
const SHOWN = 12;

interface Dispatched extends Ticket {
  readonly duty_calls?: Readonly<Record<string, string | null>> | null;
}

export function Units({ row }: { readonly row: Ticket }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <div class="stack">
      <div class="row">
        <Button shortcut={KEYS.units} onPress={() => setOpen(true)} isDisabled={row.closed_at !== null}>
          {t("agent.units")}
        </Button>
        <CloseCase row={row} />
      </div>
      {row.work_orders.map((one) => <Order key={one.work_order_id} order={one} />)}
      {isOpen ? <UnitsDialog row={row} onClose={() => setOpen(false)} /> : null}
    </div>
  );
}

function Order({ order }: { readonly order: WorkOrder }) {
  const ends = order.ends_at === null ? "" : t("agent.due", { at: dateAndTime(order.ends_at) });
  return (
    <p class="row">
      <Badge kind="info">{order.unit_label}</Badge>
      <span>{tOr(`agent.order_${order.state}`, order.state)}</span>
      <span class="muted">{ends}</span>
    </p>
  );
}

function CloseCase({ row }: { readonly row: Ticket }) {
  const close = (): void => attempt(async () => {
    if (isDirty.value) await save();
    refreshed(await post<Ticket>(`tickets/${row.ticket_id}/close`));
    toast(t("agent.is_closed"), "good");
  });
  return (
    <Button shortcut={KEYS.close_case} onPress={close} isDisabled={row.closed_at !== null}>
      {t("agent.close_case")}
    </Button>
  );
}

function UnitsDialog({ row, onClose }: { readonly row: Ticket; readonly onClose: () => void }) {
  const [looked, setLooked] = useState("");
  const [chosen, setChosen] = useState<readonly string[]>([]);
  useClosedByRing(onClose);
  if (units.value === null) {
    attempt(async () => { units.value = (await get<{ units: readonly Unit[] }>("units")).units; });
  }
  const found = (units.value ?? []).filter((one) => fits(one, looked) || chosen.includes(one.unit));
  const choose = (unit: string, isChosen: boolean): void =>
    setChosen(isChosen ? [...chosen, unit] : chosen.filter((one) => one !== unit));
  const give = (): void => attempt(async () => {
    if (isDirty.value) await save();
    onClose();
    await dispatch(row, chosen);
  });
  const action = (
    <Button kind="primary" isDisabled={chosen.length === 0} onPress={give} shortcut="Alt+Enter">
      {t("agent.dispatch", { count: chosen.length })}
    </Button>
  );
  return (
    <Dialog title={t("agent.units")} onClose={onClose} actions={action}>
      <TextField label={t("agent.look_for_unit")} value={looked} onInput={setLooked} type="search" hasFocus />
      <ul class="choices">
        {found.slice(0, SHOWN).map((one) => (
          <li key={one.unit}>
            <CheckField
              label={`${one.label} ${one.categories.join(" ")}`} isChecked={chosen.includes(one.unit)}
              onChange={(isChosen) => choose(one.unit, isChosen)}
            />
          </li>
        ))}
      </ul>
      {found.length > SHOWN ? <p class="muted">{t("agent.more_found", { count: found.length - SHOWN })}</p> : null}
    </Dialog>
  );
}

async function dispatch(row: Ticket, chosen: readonly string[]): Promise<void> {
  const given = await post<Dispatched>(`tickets/${row.ticket_id}/dispatch`, { units: chosen });
  refreshed(given);
  toast(t("agent.dispatched", { count: chosen.length }), "good");
  for (const why of Object.values(given.duty_calls ?? {})) {
    if (why !== null) toast(why, "warn");
  }
}

function fits(one: Unit, looked: string): boolean {
  const text = `${one.label} ${one.unit} ${one.categories.join(" ")}`.toLowerCase();
  return looked.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}
