// Signing in: agent number, password, and a seat for whoever has no phone of their own. Decides
// where one goes afterwards; what is wrong is the service's word.

import { useState } from "preact/hooks";
import { messageOf, Refusal, request } from "../shared/api";
import { whoAmI } from "../shared/me";
import { t } from "../shared/texts/language";
import { Button } from "../shared/ui/button";
import { TextField } from "../shared/ui/field";
import { startOpenPage } from "../shared/ui/page";
import "./sign_in.css";

interface Filled {
  readonly agent: string;
  readonly password: string;
  readonly seat: string;
  readonly takesOver: string;
}

const EMPTY: Filled = { agent: "", password: "", seat: "", takesOver: "" };

async function signIn(filled: Filled): Promise<void> {
  const body = {
    agent: filled.agent.trim(),
    password: filled.password,
    browser: true,
    ...(filled.seat.trim() === "" ? {} : { seat: filled.seat.trim() }),
    ...(filled.takesOver.trim() === "" ? {} : { takes_over: filled.takesOver.trim() }),
  };
  await request("POST", "sign-in", { body, stays: true });
  const me = await whoAmI();
  location.assign(wanted() ?? `/${me.home}`);
}

/** The page that sent us here, if it is one of our own. */
function wanted(): string | null {
  const next = new URLSearchParams(location.search).get("next");
  return next !== null && /^\/[a-z]+(\?.*)?$/.test(next) ? next : null;
}

function errorText(error: unknown): string {
  return error instanceof Refusal && error.status === 429
    ? t("sign_in.wait", { seconds: error.retryAfter })
    : messageOf(error);
}

function missing(filled: Filled): string {
  if (filled.agent.trim() === "") return t("sign_in.empty_agent");
  return filled.password === "" ? t("sign_in.empty_password") : "";
}

function SignInPage() {
  const [filled, setFilled] = useState(EMPTY);
  const [error, setError] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [isOpen, setOpen] = useState(false);
  const fill = (part: Partial<Filled>): void => setFilled({ ...filled, ...part });

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const lacking = missing(filled);
    setError(lacking);
    if (lacking !== "" || isBusy) return;
    setBusy(true);
    try {
      await signIn(filled);
    } catch (refused) {
      if (refused instanceof Refusal && refused.code.includes("seat")) setOpen(true);
      setError(errorText(refused));
      setBusy(false);
    }
  };

  return (
    <form class="panel sign-in stack" onSubmit={(event) => void submit(event)} noValidate>
      <h1>{t("sign_in.title")}</h1>
      <TextField
        label={t("sign_in.agent")} value={filled.agent} onInput={(agent) => fill({ agent })}
        autocomplete="username" inputMode="numeric" maxLength={64} hasFocus isRequired
      />
      <TextField
        label={t("sign_in.password")} value={filled.password} type="password"
        onInput={(password) => fill({ password })} autocomplete="current-password"
        maxLength={256} hint={t("sign_in.help")} isRequired
      />
      <details open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{t("sign_in.more")}</summary>
        <div class="stack">
          <TextField
            label={t("sign_in.seat")} value={filled.seat} onInput={(seat) => fill({ seat })}
            inputMode="numeric" maxLength={64} hint={t("sign_in.seat_hint")}
          />
          <TextField
            label={t("sign_in.takes_over")} value={filled.takesOver} inputMode="numeric"
            onInput={(takesOver) => fill({ takesOver })} maxLength={64}
            hint={t("sign_in.takes_over_hint")}
          />
        </div>
      </details>
      <p class="field-error" role="alert">{error}</p>
      <Button type="submit" kind="primary" isDisabled={isBusy}>
        {isBusy ? t("sign_in.submitting") : t("sign_in.submit")}
      </Button>
    </form>
  );
}

startOpenPage(() => t("sign_in.title"), SignInPage);
