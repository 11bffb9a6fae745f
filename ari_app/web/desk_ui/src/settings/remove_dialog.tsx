// Asked before an entry is taken away: it counts at once.

import { t } from "../shared/texts/language";
import { Button } from "../shared/ui/button";
import { Dialog } from "../shared/ui/dialog";
import { attempt } from "../shared/ui/toast";

interface RemoveDialogProps {
  readonly name: string;
  readonly says: string;
  readonly onRemove: () => Promise<unknown>;
  readonly onClose: () => void;
}

export function RemoveDialog({ name, says, onRemove, onClose }: RemoveDialogProps) {
  const remove = (): void => {
    onClose();
    attempt(onRemove);
  };
  const actions = <Button kind="danger" onPress={remove}>{t("settings.remove")}</Button>;
  return (
    <Dialog title={t("settings.remove_one", { name })} onClose={onClose} actions={actions}>
      <p>{says}</p>
    </Dialog>
  );
}
