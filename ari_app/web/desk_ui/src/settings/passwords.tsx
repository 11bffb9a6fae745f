// New passwords for one agent, shown once.

import { useState } from "preact/hooks";
import { t } from "../shared/texts/language";
import { Button } from "../shared/ui/button";
import { attempt } from "../shared/ui/toast";
import { renewPassword, type NewPassword } from "./config_api";

export function Passwords({ agent }: { readonly agent: string }) {
  const [made, setMade] = useState<NewPassword | null>(null);
  const renew = (which: "api" | "sip"): void => {
    attempt(async () => { setMade(await renewPassword(agent, which)); });
  };
  return (
    <fieldset class="settings-group">
      <legend>{t("settings.passwords")}</legend>
      <Button onPress={() => renew("api")}>{t("settings.password_api")}</Button>
      <Button onPress={() => renew("sip")}>{t("settings.password_sip")}</Button>
      <p class="muted">{t("settings.password_hint")}</p>
      <div role="status" aria-live="polite">
        {made === null ? null : (
          <p>{t(`settings.made_${made.which}`)} <code class="settings-secret">{made.password}</code></p>
        )}
      </div>
    </fieldset>
  );
}
