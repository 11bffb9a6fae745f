// The files of the folder, and what can be done with one.

import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { messageOf } from "../shared/api";
import { t } from "../shared/texts/language";
import { Badge } from "../shared/ui/badge";
import { Button } from "../shared/ui/button";
import { Dialog } from "../shared/ui/dialog";
import { SelectField, TextField } from "../shared/ui/field";
import { attempt } from "../shared/ui/toast";
import { checked } from "./checking";
import { create, current, discard, files, nameOf, open, pathOf, remove, rename, unsaved } from "./model";
import type { ListedFile } from "./studio_api";

type Asking = "create" | "rename" | "delete" | "discard" | null;
const asking = signal<Asking>(null);

export function FileList() {
  const isOpen = current.value !== null;
  const isDirty = current.value !== null && unsaved.value.includes(current.value);
  const ask = (what: Asking) => () => { asking.value = what; };
  return (
    <nav class="file-list panel" aria-label={t("studio.files")}>
      <Folder title={t("studio.folder_flows")} folder="flows" />
      <Folder title={t("studio.folder_tests")} folder="tests" />
      <div class="row">
        <Button onPress={ask("create")}>{t("studio.new_file")}</Button>
        <Button isDisabled={!isOpen || isDirty} onPress={ask("rename")}>{t("studio.rename_file")}</Button>
        <Button isDisabled={!isOpen || isDirty} onPress={ask("delete")}>{t("studio.delete_file")}</Button>
        <Button isDisabled={!isDirty} onPress={ask("discard")}>{t("studio.discard")}</Button>
      </div>
      <Asked />
    </nav>
  );
}

function Folder({ title, folder }: { readonly title: string; readonly folder: string }) {
  const own = files.value.filter((one) => one.folder === folder);
  return (
    <>
      <h2>{title}</h2>
      <ul>{own.map((one) => <FileLink key={pathOf(one)} file={one} />)}</ul>
    </>
  );
}

function FileLink({ file }: { readonly file: ListedFile }) {
  const path = pathOf(file);
  const isWrong = checked.value?.problems.some((one) => one.file === path && one.level === "error");
  return (
    <li>
      <button
        type="button" class="link" aria-current={current.value === path ? "true" : undefined}
        onClick={() => attempt(() => open(path))}
      >
        {file.name}
      </button>{" "}
      {unsaved.value.includes(path) ? <Badge kind="info">{t("studio.unsaved_mark")}</Badge> : null}
      {isWrong ? <Badge kind="bad">{t("studio.error")}</Badge> : null}
    </li>
  );
}

function Asked() {
  const what = asking.value;
  const close = (): void => { asking.value = null; };
  if (what === null) return null;
  if (what === "create") return <NameDialog isNew onClose={close} />;
  if (what === "rename") return <NameDialog isNew={false} onClose={close} />;
  return <Sure what={what} onClose={close} />;
}

function Sure(props: { readonly what: "delete" | "discard"; readonly onClose: () => void }) {
  const path = current.value ?? "";
  const isDelete = props.what === "delete";
  const title = t(isDelete ? "studio.delete_file" : "studio.discard");
  const act = (): void => {
    props.onClose();
    if (isDelete) attempt(() => remove(path));
    else discard(path);
  };
  return (
    <Dialog
      title={title} onClose={props.onClose}
      actions={<Button kind="danger" onPress={act}>{title}</Button>}
    >
      <p>{t(isDelete ? "studio.delete_ask" : "studio.discard_ask", { name: nameOf(path) })}</p>
    </Dialog>
  );
}

function NameDialog({ isNew, onClose }: { readonly isNew: boolean; readonly onClose: () => void }) {
  const [name, setName] = useState(isNew ? "" : nameOf(current.value ?? ""));
  const [folder, setFolder] = useState("flows");
  const [error, setError] = useState("");
  const act = async (event?: Event): Promise<void> => {
    event?.preventDefault();
    const path = `${folder}/${name}`;
    try {
      if (isNew) await create(path, firstText(folder, name));
      else await rename(current.value ?? "", name);
      onClose();
    } catch (refused) {
      setError(messageOf(refused));
    }
  };
  const title = t(isNew ? "studio.create" : "studio.rename_file");
  return (
    <Dialog
      title={title} onClose={onClose}
      actions={<Button kind="primary" onPress={() => void act()}>{title}</Button>}
    >
      <form class="stack" onSubmit={(event) => void act(event)}>
        <TextField
          label={t("studio.file_name")} hint={t("studio.file_name_hint")} value={name} hasFocus
          onInput={setName} maxLength={100} {...(error === "" ? {} : { error })}
        />
        {isNew ? (
          <SelectField
            label={t("studio.files")} value={folder} onChange={setFolder}
            choices={[
              { value: "flows", label: t("studio.folder_flows") },
              { value: "tests", label: t("studio.folder_tests") },
            ]}
          />
        ) : null}
      </form>
    </Dialog>
  );
}

/** A file that says at its head how editors check it, and holds the least that makes sense. */
function firstText(folder: string, name: string): string {
  if (folder === "tests") {
    return "# yaml-language-server: $schema=../../cases.schema.json\ncases: {}\n";
  }
  const flow = name.replace(/\.yaml$/, "").toLowerCase().replace(/[^a-z0-9_]/g, "_").replace(/^[^a-z]+/, "");
  return [
    "# yaml-language-server: $schema=../flow.schema.json",
    `flow: ${flow || "part"}`,
    "start: back",
    "nodes:",
    "  back: {type: return}",
    "",
  ].join("\n");
}
