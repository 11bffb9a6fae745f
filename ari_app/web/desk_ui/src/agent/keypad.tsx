// Keys pressed towards whoever is at the other end.

import { useState } from "preact/hooks";
import { t } from "../shared/texts/language";
import { Button } from "../shared/ui/button";
import { Dialog } from "../shared/ui/dialog";
import { verb } from "./desk";

const KEYPAD = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

export function KeypadDialog({ onClose }: { readonly onClose: () => void }) {
  const [pressed, setPressed] = useState("");
  const press = (digits: string): void => {
    setPressed(pressed + digits);
    verb("send_keys", { digits });
  };
  return (
    <Dialog title={t("agent.send_keys")} onClose={onClose}>
      <output class="mono" aria-label={t("agent.keys_sent")}>{pressed}</output>
      <div class="keypad">
        {KEYPAD.map((key) => (
          <Button key={key} shortcut={key} onPress={() => press(key)}>{key}</Button>
        ))}
      </div>
    </Dialog>
  );
}
