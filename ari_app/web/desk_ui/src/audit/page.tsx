// Who did what, the newest first: what supervisors, admins and commands changed, and what was
// refused them. Reads only.

import { useEffect, useRef, useState } from "preact/hooks";
import { get, messageOf } from "../shared/api";
import { dateAndTime } from "../shared/times";
import { t } from "../shared/texts/language";
import { Badge } from "../shared/ui/badge";
import { Button } from "../shared/ui/button";
import { TextField } from "../shared/ui/field";
import { startPage } from "../shared/ui/page";
import { Table, type Column } from "../shared/ui/table";
import "./audit.css";

interface AuditRow {
  readonly seq: number;
  readonly at: number;
  readonly who: string;
  readonly role: string;
  readonly what: string;
  readonly subject: string;
  readonly result: string;
  readonly data: Readonly<Record<string, unknown>>;
}

interface Shown {
  readonly rows: readonly AuditRow[];
  /** Whose rows these are; the field may have been changed since. */
  readonly who: string;
  readonly hasMore: boolean;
  readonly problem: string;
}

const COUNT = 100;
const NOTHING: Shown = { rows: [], who: "", hasMore: false, problem: "" };

async function rowsOf(
  who: string, before: number | null, options: { readonly signal?: AbortSignal } = {},
): Promise<readonly AuditRow[]> {
  const query = new URLSearchParams({ limit: String(COUNT) });
  if (who !== "") query.set("who", who);
  if (before !== null) query.set("before", String(before));
  return (await get<{ rows: readonly AuditRow[] }>(`audit?${query.toString()}`, options)).rows;
}

/** What was sent and from where, as it was written down. */
function Data({ row }: { readonly row: AuditRow }) {
  const parts = Object.entries(row.data).filter(([name]) => name !== "result");
  return <span class="mono">{parts.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(" ")}</span>;
}

function columns(): readonly Column<AuditRow>[] {
  return [
    { key: "seq", title: t("audit.seq"), isNumber: true, cell: (row) => row.seq },
    { key: "at", title: t("audit.at"), isRowTitle: true, cell: (row) => dateAndTime(row.at) },
    { key: "who", title: t("audit.who"), cell: (row) => row.who },
    { key: "what", title: t("audit.what"), cell: (row) => <span class="mono">{row.what}</span> },
    { key: "subject", title: t("audit.subject"), cell: (row) => row.subject },
    { key: "result", title: t("audit.result"),
      cell: (row) => <Badge kind={row.result.startsWith("2") ? "good" : "warn"}>{row.result}</Badge> },
    { key: "data", title: t("audit.data"), cell: (row) => <Data row={row} /> },
  ];
}

function AuditPage() {
  const [who, setWho] = useState("");
  const [shown, setShown] = useState(NOTHING);
  const last = useRef(new AbortController());
  const look = async (asked: string): Promise<void> => {
    last.current.abort(); // a search that is slower than the next one is not waited for
    const { signal } = last.current = new AbortController();
    try {
      const rows = await rowsOf(asked, null, { signal });
      setShown({ rows, who: asked, hasMore: rows.length === COUNT, problem: "" });
    } catch (error) {
      if (signal.aborted) return;
      setShown({ ...NOTHING, problem: messageOf(error) });
    }
  };
  const lookFurther = async (): Promise<void> => {
    // They go on from these rows and from no others that have taken their place.
    const goOn = (further: Partial<Shown>): void => setShown((now) => (now === shown ? { ...shown, ...further } : now));
    try {
      const rows = await rowsOf(shown.who, shown.rows.at(-1)?.seq ?? null);
      goOn({ rows: [...shown.rows, ...rows], hasMore: rows.length === COUNT, problem: "" });
    } catch (error) {
      goOn({ problem: messageOf(error) });
    }
  };
  useEffect(() => void look(""), []);
  const search = (event: Event): void => {
    event.preventDefault();
    void look(who.trim());
  };
  return (
    <>
      <h1>{t("audit.title")}</h1>
      <form class="row audit-form" onSubmit={search}>
        <TextField label={t("audit.who")} value={who} onInput={setWho} maxLength={64} />
        <Button type="submit" kind="primary">{t("audit.search")}</Button>
      </form>
      <p class="field-error" role="alert">{shown.problem}</p>
      <Table
        caption={t("audit.caption")} columns={columns()} rows={shown.rows}
        keyOf={(row) => String(row.seq)} empty={t("audit.none")}
      />
      {shown.hasMore ? (
        <div><Button onPress={() => void lookFurther()}>{t("audit.more")}</Button></div>
      ) : null}
    </>
  );
}

startPage("audit", AuditPage);
