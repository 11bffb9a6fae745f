// How long wrap-ups last, for all queues or one.

import { useEffect, useState } from "preact/hooks";
import { get, put } from "../shared/api";
import { queueName } from "../shared/names";
import { t, tOr } from "../shared/texts/language";
import { Button } from "../shared/ui/button";
import { Dialog } from "../shared/ui/dialog";
import { SelectField, TextField } from "../shared/ui/field";
import { Table, type Column } from "../shared/ui/table";
import { attempt, toast } from "../shared/ui/toast";

interface InForce {
  readonly queue: string;
  readonly wrap_up_s: number;
  readonly because: string;
}

interface WrapUps {
  readonly queues: readonly InForce[];
}

function columns(): readonly Column<InForce>[] {
  return [
    { key: "queue", title: t("board.queue"), cell: (row) => queueName(row.queue), isRowTitle: true },
    { key: "length", title: t("board.seconds"), cell: (row) => row.wrap_up_s, isNumber: true },
    { key: "because", title: t("board.because"), cell: (row) => tOr(`board.because_${row.because}`, row.because) },
  ];
}

export function WrapUpDialog({ onClose }: { readonly onClose: () => void }) {
  const [rows, setRows] = useState<readonly InForce[]>([]);
  const [queue, setQueue] = useState("");
  const [seconds, setSeconds] = useState("30");
  const read = async (): Promise<void> => setRows((await get<WrapUps>("wrap-up")).queues);
  useEffect(() => attempt(read), []);
  const set = async (value: number | null): Promise<void> => {
    const path = queue === "" ? "wrap-up" : `queues/${encodeURIComponent(queue)}/wrap-up`;
    await put(path, { wrap_up_s: value });
    toast(t("board.done"), "good");
    await read();
  };
  const choices = [
    { value: "", label: t("board.all_queues") },
    ...rows.map((row) => ({ value: row.queue, label: queueName(row.queue) })),
  ];
  const length = Number(seconds);
  return (
    <Dialog title={t("board.wrap_up")} onClose={onClose}>
      <Table caption={t("board.in_force")} columns={columns()} rows={rows} keyOf={(row) => row.queue} />
      <SelectField label={t("board.queue")} value={queue} onChange={setQueue} choices={choices} />
      <TextField
        label={t("board.seconds")} type="number" min={0} max={600} value={seconds}
        onInput={setSeconds} hint={t("board.wrap_up_says")}
      />
      <div class="row">
        <Button
          kind="primary" isDisabled={seconds === "" || length < 0 || length > 600}
          onPress={() => attempt(() => set(length))}
        >
          {t("board.set")}
        </Button>
        <Button onPress={() => attempt(() => set(null))}>{t("board.as_configured")}</Button>
      </div>
    </Dialog>
  );
}
