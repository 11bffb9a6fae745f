// Public holidays: a year's calendar with the free days and the weekend days worked for them, and a
// form for each holiday.

import { useState } from "preact/hooks";
import { locale, t } from "../shared/texts/language";
import { thisYear } from "../shared/times";
import { Button } from "../shared/ui/button";
import { Dialog } from "../shared/ui/dialog";
import { TextField } from "../shared/ui/field";
import { Table } from "../shared/ui/table";
import { holidaysOf, isWeekend, markedDays, weeksOf, type Holiday, type Marked } from "./calendar_days";
import { entryOf, sectionOf, type Entry, type Json } from "./config_api";
import { fileOf, saveEntry } from "./files";
import { isOvertaken, Overtaken } from "./overtaken";
import { RemoveDialog } from "./remove_dialog";

const MONTHS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
const FRESH: Holiday = { name: "", from: "", to: "", work: [] };

/** What a dialog is about, and the hash of the file that it was read from. */
interface Open<T> {
  readonly what: T;
  readonly seen: string;
}

export function Holidays() {
  const file = fileOf("holidays").value;
  const data = file?.data ?? null;
  const seen = file?.sha256 ?? "";
  const years = sectionOf(data, "years").map(([name]) => name);
  const now = String(thisYear());
  const [chosen, setChosen] = useState(now);
  const [open, setOpen] = useState<Open<Holiday> | null>(null);
  const [adding, setAdding] = useState<Open<string> | null>(null);
  const year = years.includes(chosen) ? chosen : years.at(-1) ?? now;
  const value = entryOf(entryOf(data)["years"])[year] ?? null;
  const holidays = holidaysOf(value);
  const next = String(Number(years.at(-1) ?? now) + (years.length === 0 ? 0 : 1));
  return (
    <section class="stack">
      <div class="row">
        <h2>{t("settings.holidays")}</h2>
        {years.map((one) => (
          <Button key={one} isPressed={one === year} onPress={() => setChosen(one)}>{one}</Button>
        ))}
        <Button isDisabled={file === null} onPress={() => setAdding({ what: next, seen })}>
          {t("settings.add_year", { year: next })}
        </Button>
      </div>
      <Legend />
      <Year year={Number(year)} marked={markedDays(Number(year), holidays)} />
      <div class="row">
        <h3>{t("settings.holidays_of", { year })}</h3>
        <Button kind="primary" isDisabled={file === null} onPress={() => setOpen({ what: FRESH, seen })}>
          {t("settings.add_holiday")}
        </Button>
      </div>
      <HolidayTable
        holidays={holidays} year={year} value={value} seen={seen}
        onOpen={(what) => setOpen({ what, seen })}
      />
      {open === null ? null : (
        <HolidayDialog
          holiday={open.what} seen={open.seen} year={year} value={value} onClose={() => setOpen(null)}
        />
      )}
      {adding === null ? null : (
        <YearDialog
          year={adding.what} seen={adding.seen} onClose={() => setAdding(null)}
          onDone={() => setChosen(adding.what)}
        />
      )}
    </section>
  );
}

// --- the picture -------------------------------------------------------------------------------

function Legend() {
  return (
    <p class="row settings-legend">
      <span class="day-free">{t("settings.day_free")}</span>
      <span class="day-work">{t("settings.day_work")}</span>
      <span class="day-weekend">{t("settings.day_weekend")}</span>
    </p>
  );
}

function Year({ year, marked }: { readonly year: number; readonly marked: ReadonlyMap<string, Marked> }) {
  return (
    <div class="settings-year">
      {MONTHS.map((month) => <Month key={month} year={year} month={month} marked={marked} />)}
    </div>
  );
}

interface MonthProps {
  readonly year: number;
  readonly month: number;
  readonly marked: ReadonlyMap<string, Marked>;
}

function Month({ year, month, marked }: MonthProps) {
  const first = new Date(year, month - 1, 1);
  return (
    <table class="settings-month">
      <caption>{first.toLocaleDateString(locale(), { month: "long" })}</caption>
      <thead>
        <tr>
          {[0, 1, 2, 3, 4, 5, 6].map((day) => (
            <th key={day} scope="col">
              {new Date(2024, 0, 1 + day).toLocaleDateString(locale(), { weekday: "narrow" })}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeksOf(year, month).map((week) => (
          <tr key={week.join()}>
            {week.map((day, place) => <Day key={day ?? place} day={day} marked={marked} />)}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Day({ day, marked }: { readonly day: string | null; readonly marked: MonthProps["marked"] }) {
  if (day === null) return <td />;
  const found = marked.get(day);
  const number = Number(day.slice(8));
  if (found === undefined) return <td class={isWeekend(day) ? "day-weekend" : undefined}>{number}</td>;
  const said = t(found.kind === "free" ? "settings.is_free" : "settings.is_worked", { name: found.name });
  return (
    <td class={`day-${found.kind}`} title={said}>
      {number}<span class="only-heard"> {said}</span>
    </td>
  );
}

// --- the entries -------------------------------------------------------------------------------

interface TableProps {
  readonly holidays: readonly Holiday[];
  readonly year: string;
  readonly value: Json;
  readonly seen: string;
  readonly onOpen: (holiday: Holiday) => void;
}

function HolidayTable({ holidays, year, value, seen, onOpen }: TableProps) {
  const [removing, setRemoving] = useState<Open<string> | null>(null);
  const remove = async (open: Open<string>): Promise<void> => {
    await saveEntry("holidays", "years", year, withoutHoliday(value, open.what), open.seen);
  };
  return (
    <>
      <Table
        caption={t("settings.holidays_of", { year })} isCaptionHidden rows={holidays}
        keyOf={(one) => one.name}
        columns={[
          { key: "name", title: t("settings.holiday"), isRowTitle: true, cell: (one) => one.name },
          { key: "from", title: t("settings.from"), cell: (one) => one.from },
          { key: "to", title: t("settings.to"), cell: (one) => one.to || one.from },
          { key: "work", title: t("settings.day_work"), cell: (one) => one.work.join(", ") || "–" },
          { key: "actions", title: t("settings.actions"), cell: (one) => (
            <div class="settings-actions">
              <Button title={t("settings.edit_one", { name: one.name })} onPress={() => onOpen(one)}>
                {t("settings.edit")}
              </Button>
              <Button
                kind="quiet" title={t("settings.remove_one", { name: one.name })}
                onPress={() => setRemoving({ what: one.name, seen })}
              >
                {t("settings.remove")}
              </Button>
            </div>
          ) },
        ]}
      />
      {removing === null ? null : (
        <RemoveDialog
          name={removing.what} says={t("settings.holiday_sure")} onClose={() => setRemoving(null)}
          onRemove={() => remove(removing)}
        />
      )}
    </>
  );
}

interface HolidayDialogProps {
  readonly holiday: Holiday;
  readonly seen: string;
  readonly year: string;
  readonly value: Json;
  readonly onClose: () => void;
}

function HolidayDialog({ holiday, seen, year, value, onClose }: HolidayDialogProps) {
  const [filled, setFilled] = useState({ ...holiday, workText: holiday.work.join(", ") });
  const [isBusy, setBusy] = useState(false);
  const fill = (part: Partial<typeof filled>): void => setFilled({ ...filled, ...part });
  const save = async (): Promise<void> => {
    const work = filled.workText.split(/[,，\s]+/).filter((one) => one !== "");
    const after = withHoliday(value, holiday.name, { ...filled, work });
    setBusy(true);
    const isSaved = await saveEntry("holidays", "years", year, after, seen);
    setBusy(false);
    if (isSaved) onClose();
  };
  const isTooLate = !isBusy && isOvertaken("holidays", seen); // one's own save is no other's
  const isReady = filled.name.trim() !== "" && filled.from.trim() !== "" && !isBusy && !isTooLate;
  const actions = (
    <Button kind="primary" shortcut="Alt+S" isDisabled={!isReady} onPress={() => void save()}>
      {t("settings.save_use")}
    </Button>
  );
  return (
    <Dialog title={t("settings.holidays_of", { year })} onClose={onClose} actions={actions}>
      <TextField
        label={t("settings.holiday")} value={filled.name} isRequired hasFocus
        onInput={(name) => fill({ name })}
      />
      <TextField
        label={t("settings.from")} value={filled.from} isRequired hint={t("settings.day_hint")}
        onInput={(from) => fill({ from })}
      />
      <TextField label={t("settings.to")} value={filled.to} onInput={(to) => fill({ to })} />
      <TextField
        label={t("settings.day_work")} value={filled.workText} hint={t("settings.work_hint")}
        onInput={(workText) => fill({ workText })}
      />
      {isTooLate ? <Overtaken /> : null}
    </Dialog>
  );
}

interface YearDialogProps {
  readonly year: string;
  readonly seen: string;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

function YearDialog({ year, seen, onClose, onDone }: YearDialogProps) {
  const [notice, setNotice] = useState(t("settings.notice_of", { year }));
  const [isBusy, setBusy] = useState(false);
  const save = async (): Promise<void> => {
    setBusy(true);
    const isSaved = await saveEntry("holidays", "years", year, { notice, holidays: {} }, seen);
    setBusy(false);
    if (!isSaved) return;
    onDone();
    onClose();
  };
  const isTooLate = !isBusy && isOvertaken("holidays", seen);
  const actions = (
    <Button kind="primary" shortcut="Alt+S" isDisabled={isBusy || isTooLate} onPress={() => void save()}>
      {t("settings.save_use")}
    </Button>
  );
  return (
    <Dialog title={t("settings.add_year", { year })} onClose={onClose} actions={actions}>
      <TextField label={t("settings.notice")} value={notice} onInput={setNotice} hasFocus />
      {isTooLate ? <Overtaken /> : null}
    </Dialog>
  );
}

function withHoliday(year: Json, before: string, now: Holiday): Entry {
  const written: Entry = {
    from: now.from.trim(),
    ...(now.to.trim() === "" || now.to === now.from ? {} : { to: now.to.trim() }),
    ...(now.work.length === 0 ? {} : { work: now.work }),
  };
  const listed = Object.entries(entryOf(entryOf(year)["holidays"]));
  const name = now.name.trim();
  const isKnown = listed.some(([one]) => one === before);
  const others = listed.map(([one, value]) => (one === before ? [name, written] : [one, value]));
  const all: Entry = Object.fromEntries(isKnown ? others : [...others, [name, written]]) as Entry;
  return { ...entryOf(year), holidays: all };
}

function withoutHoliday(year: Json, name: string): Entry {
  const { [name]: _, ...rest } = entryOf(entryOf(year)["holidays"]);
  return { ...entryOf(year), holidays: rest };
}
