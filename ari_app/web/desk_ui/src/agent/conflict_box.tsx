// Two people's words for one ticket: both are shown, and somebody chooses, field by field.

import { t } from "../shared/texts/language";
import { Button } from "../shared/ui/button";
import { KEYS, keyOfFirst } from "./keys";
import { conflict, differing, fields, take } from "./ticket";
import type { FieldValue } from "./rows";

export function ConflictBox() {
  const met = conflict.value;
  const names = differing();
  if (met === null) return null;
  return (
    <div class="conflict stack" role="alert">
      <strong>{t(`agent.conflict_${met.where}`)}</strong>
      {names.map((name, place) => (
        <div key={name} class="conflict-field" data-field={name}>
          <span class="label">{t(`agent.field_${name}` as "agent.field_time")}</span>
          <Side
            title={t("agent.mine")} value={fields.value[name]} onTake={() => take(name, false)}
            {...keyOfFirst(place, KEYS.take_mine)}
          />
          <Side
            title={t("agent.theirs")} value={met.theirs[name]} onTake={() => take(name, true)}
            {...keyOfFirst(place, KEYS.take_theirs)}
          />
        </div>
      ))}
    </div>
  );
}

interface SideProps {
  readonly title: string;
  readonly value: FieldValue | undefined;
  readonly onTake: () => void;
  readonly shortcut?: string;
}

function Side({ title, value, onTake, ...key }: SideProps) {
  const shown = typeof value === "boolean" ? t(value ? "agent.yes" : "agent.no") : (value ?? "");
  return (
    <div class="conflict-side">
      <span class="muted">{title}</span>
      <span class="conflict-value">{shown}</span>
      <Button {...key} onPress={onTake}>{t("agent.take")}</Button>
    </div>
  );
}
