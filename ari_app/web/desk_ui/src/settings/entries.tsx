// The entries of one section of a file: a table, and a form for one of them. Knows no particular
// file: which fields there are is told by a description.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { t } from "../shared/texts/language";
import { Button } from "../shared/ui/button";
import { Dialog } from "../shared/ui/dialog";
import { TextField } from "../shared/ui/field";
import { Table, type Column } from "../shared/ui/table";
import { entryOf, sectionOf, type Entry, type FileName, type Json } from "./config_api";
import { dropEntry, fileOf, saveEntry } from "./files";
import { EntryField, type FieldSpec } from "./form_fields";
import { isOvertaken, Overtaken } from "./overtaken";
import { RemoveDialog } from "./remove_dialog";

export interface Row {
  readonly name: string;
  readonly value: Json;
}

export interface Description {
  readonly file: FileName;
  readonly section: string;
  readonly title: string;
  readonly nameLabel: string;
  readonly nameHint: string;
  readonly columns: readonly Column<Row>[];
  readonly fields: readonly FieldSpec[];
  /** What a new entry begins with. */
  readonly fresh: Entry;
  /** Of an entry that is one text alone, what that text is called. */
  readonly textLabel?: string;
  readonly more?: (row: Row) => ComponentChildren;
}

/** What a dialog is about, and the hash of the file that it was read from. */
interface Open {
  readonly row: Row;
  readonly isNew: boolean;
  readonly seen: string;
}

export function Entries({ about }: { readonly about: Description }) {
  const [open, setOpen] = useState<Open | null>(null);
  const [removing, setRemoving] = useState<Open | null>(null);
  const file = fileOf(about.file).value;
  const seen = file?.sha256 ?? "";
  const rows = sectionOf(file?.data ?? null, about.section).map(([name, value]) => ({ name, value }));
  const fresh: Json = about.textLabel === undefined ? about.fresh : "";
  const columns: readonly Column<Row>[] = [
    { key: "name", title: about.nameLabel, isRowTitle: true,
      cell: ({ name }) => <span class="mono">{name}</span> },
    ...about.columns,
    { key: "actions", title: t("settings.actions"), cell: (row) => (
      <div class="settings-actions">
        <Button
          title={t("settings.edit_one", { name: row.name })}
          onPress={() => setOpen({ row, isNew: false, seen })}
        >
          {t("settings.edit")}
        </Button>
        <Button
          title={t("settings.remove_one", { name: row.name })} kind="quiet"
          onPress={() => setRemoving({ row, isNew: false, seen })}
        >
          {t("settings.remove")}
        </Button>
      </div>
    ) },
  ];
  return (
    <section class="stack">
      <div class="row">
        <h2>{about.title}</h2>
        <Button
          kind="primary" isDisabled={file === null}
          onPress={() => setOpen({ row: { name: "", value: fresh }, isNew: true, seen })}
        >
          {t("settings.add", { what: about.title })}
        </Button>
      </div>
      <Table caption={about.title} isCaptionHidden rows={rows} keyOf={(row) => row.name} columns={columns} />
      {open === null ? null : (
        <EntryDialog about={about} open={open} onClose={() => setOpen(null)} />
      )}
      {removing === null ? null : (
        <RemoveDialog
          name={removing.row.name} says={t("settings.remove_sure")} onClose={() => setRemoving(null)}
          onRemove={() => dropEntry(about.file, about.section, removing.row.name, removing.seen)}
        />
      )}
    </section>
  );
}

interface DialogProps {
  readonly about: Description;
  readonly open: Open;
  readonly onClose: () => void;
}

function EntryDialog({ about, open, onClose }: DialogProps) {
  const { row, isNew, seen } = open;
  const [name, setName] = useState(row.name);
  const [value, setValue] = useState<Json>(row.value);
  const [isBusy, setBusy] = useState(false);
  const save = async (): Promise<void> => {
    setBusy(true);
    const isSaved = await saveEntry(about.file, about.section, name.trim(), value, seen);
    setBusy(false);
    if (isSaved) onClose();
  };
  const isTooLate = !isBusy && isOvertaken(about.file, seen); // one's own save is no other's
  const isReady = name.trim() !== "" && !name.includes("/") && !isBusy && !isTooLate;
  const actions = (
    <Button kind="primary" shortcut="Alt+S" isDisabled={!isReady} onPress={() => void save()}>
      {t("settings.save_use")}
    </Button>
  );
  const title = isNew ? t("settings.add", { what: about.title }) : t("settings.edit_one", { name: row.name });
  return (
    <Dialog title={title} onClose={onClose} actions={actions} isWide>
      <div class="settings-form">
        <TextField
          label={about.nameLabel} hint={about.nameHint} value={name} onInput={setName}
          isRequired isDisabled={!isNew} hasFocus={isNew} maxLength={64}
        />
        {about.textLabel === undefined ? null : (
          <TextField
            label={about.textLabel} value={typeof value === "string" ? value : ""}
            onInput={setValue} isRequired maxLength={40}
          />
        )}
        {about.fields.map((spec) => (
          <EntryField key={spec.name} spec={spec} entry={entryOf(value)} onChange={setValue} />
        ))}
      </div>
      {isTooLate ? <Overtaken /> : null}
      {isNew ? null : about.more?.(row)}
    </Dialog>
  );
}
