// The head of every page: where one is, where one may go, who one is.

import { isOutdated } from "../api";
import { me, signOut, type PageName } from "../me";
import { language, setLanguage, t } from "../texts/language";
import { setTheme, theme, type Theme } from "../theme";
import { Button } from "./button";
import { attempt } from "./toast";

export function Header({ page }: { readonly page: PageName | null }) {
  return (
    <header class="header">
      <a class="skip" href="#main">{t("common.skip")}</a>
      <span class="product">{t("common.product")}</span>
      {me.value === null ? <span class="header-gap" /> : <PageLinks page={page} />}
      {isOutdated.value ? <Outdated /> : null}
      <Switches />
      {me.value === null ? null : <WhoAmI />}
    </header>
  );
}

function PageLinks({ page }: { readonly page: PageName | null }) {
  return (
    <nav class="page-links" aria-label={t("common.pages")}>
      {(me.value?.pages ?? []).map((name) => (
        <a key={name} href={`/${name}`} aria-current={name === page ? "page" : undefined}>
          {t(`common.page_${name}`)}
        </a>
      ))}
    </nav>
  );
}

function Outdated() {
  return (
    <span class="outdated" role="status">
      {t("common.new_version")}
      <Button kind="quiet" onPress={() => location.reload()}>{t("common.reload")}</Button>
    </span>
  );
}

function Switches() {
  const other = language.value === "zh" ? "en" : "zh";
  const themes: readonly Theme[] = ["auto", "light", "dark"];
  return (
    <div class="switches">
      <button
        type="button" class="button button-quiet" lang={other === "zh" ? "zh-CN" : "en"}
        onClick={() => setLanguage(other)}
      >
        {other === "zh" ? "中文" : "English"}
      </button>
      <select
        aria-label={t("common.theme")}
        value={theme.value}
        onChange={(event) => setTheme(event.currentTarget.value as Theme)}
      >
        {themes.map((one) => (
          <option key={one} value={one} selected={one === theme.value}>
            {t(`common.theme_${one}`)}
          </option>
        ))}
      </select>
    </div>
  );
}

function WhoAmI() {
  const who = me.value;
  if (who === null) return null;
  return (
    <div class="who">
      <span>{who.name} {who.agent}</span>
      <span class="muted">{t(`common.role_${who.role}`)}</span>
      <Button kind="quiet" shortcut="Alt+0" onPress={() => attempt(signOut)}>{t("common.sign_out")}</Button>
    </div>
  );
}
