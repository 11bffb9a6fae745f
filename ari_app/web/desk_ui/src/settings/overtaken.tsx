// Told in a dialog when its file has changed since it was opened: what stands in its fields was made
// from the old one. Nobody saves then; who opens it again sees what the other has written.

import { t } from "../shared/texts/language";
import type { FileName } from "./config_api";
import { fileOf } from "./files";

/** `seen` is the hash of the file that the dialog was made from. */
export function isOvertaken(file: FileName, seen: string): boolean {
  return fileOf(file).value?.sha256 !== seen;
}

export function Overtaken() {
  return <p class="field-error" role="alert">{t("settings.dialog_overtaken")}</p>;
}
