// The page of settings: agents, queues and the rest of the configuration, each as a form and as the
// YAML file that it is. Decides only which part is shown.

import { useEffect, useState } from "preact/hooks";
import { findingWords } from "../shared/finding_words";
import { t, type TextKey } from "../shared/texts/language";
import { Button } from "../shared/ui/button";
import { startPage } from "../shared/ui/page";
import { attempt, toastError } from "../shared/ui/toast";
import type { FileName } from "./config_api";
import * as descriptions from "./descriptions";
import { Entries } from "./entries";
import { overview, refreshOverview, reload } from "./files";
import { Holidays } from "./holidays";
import { unsaved } from "./unsaved";
import { YamlOf } from "./yaml_panel";
import "./settings.css";

interface Part {
  readonly name: string;
  readonly title: TextKey;
  readonly file: FileName;
}

const PARTS: readonly Part[] = [
  { name: "agents", title: "settings.agents", file: "agents" },
  { name: "queues", title: "settings.queues", file: "queues" },
  { name: "skills", title: "settings.skills", file: "queues" },
  { name: "holidays", title: "settings.holidays", file: "holidays" },
  { name: "hours", title: "settings.hours", file: "hours" },
  { name: "numbers", title: "settings.numbers", file: "numbers" },
  { name: "lists", title: "settings.lists", file: "lists" },
  { name: "more", title: "settings.more", file: "modes" },
];
const MORE_FILES: readonly FileName[] = ["modes", "units", "sla", "outbound"];

function SettingsPage() {
  const [chosen, setChosen] = useState(partInAddress());
  useEffect(() => { refreshOverview().catch(toastError); }, []);
  const choose = (name: string): void => {
    history.replaceState(null, "", `/settings?part=${name}`);
    setChosen(name);
  };
  const part = PARTS.find((one) => one.name === chosen) ?? PARTS[0];
  if (part === undefined) return null;
  return (
    <>
      <h1>{t("common.page_settings")}</h1>
      <State />
      <nav class="row" aria-label={t("settings.parts")}>
        {PARTS.map((one, index) => (
          <Button
            key={one.name} isPressed={one.name === part.name} shortcut={`Alt+${index + 1}`}
            onPress={() => choose(one.name)}
          >
            {t(one.title)}
          </Button>
        ))}
      </nav>
      {part.name === "more" ? <MoreFiles /> : <FormAndText key={part.name} part={part} />}
    </>
  );
}

function partInAddress(): string {
  return new URLSearchParams(location.search).get("part") ?? "agents";
}

function FormAndText({ part }: { readonly part: Part }) {
  return (
    <div class="settings-halves">
      <div class="panel stack"><Forms name={part.name} /></div>
      <YamlOf key={part.file} name={part.file} />
    </div>
  );
}

function Forms({ name }: { readonly name: string }) {
  switch (name) {
    case "agents":
      return <><Entries about={descriptions.agents()} /><Entries about={descriptions.seats()} /></>;
    case "queues": return <Entries about={descriptions.queues()} />;
    case "skills": return <Entries about={descriptions.skills()} />;
    case "holidays": return <Holidays />;
    case "hours": return <Entries about={descriptions.schedules()} />;
    case "numbers": return <Entries about={descriptions.numbers()} />;
    default:
      return (
        <>
          <Entries about={descriptions.list("vip")} />
          <Entries about={descriptions.list("nuisance")} />
        </>
      );
  }
}

function MoreFiles() {
  const [name, setName] = useState<FileName>("modes");
  return (
    <>
      <div class="row" role="group" aria-label={t("settings.more")}>
        {MORE_FILES.map((one) => (
          <Button key={one} isPressed={one === name} onPress={() => setName(one)}>
            {t(`settings.file_${one}` as TextKey)}
          </Button>
        ))}
      </div>
      <YamlOf key={name} name={name} />
    </>
  );
}

/** What lies in the folder and is not in service, and what counts only at a start. */
function State() {
  const now = overview.value;
  if (now === null) return null;
  const begun = [...unsaved.value.keys()].map((file) => `${file}.yaml`);
  const waiting = now.files.filter((one) => !one.is_live).map((one) => `${one.file}.yaml`);
  return (
    <section class="panel stack" aria-label={t("settings.state")}>
      {waiting.length === 0 ? <p>{t("settings.all_live")}</p> : (
        <div class="row">
          <strong>{t("settings.waiting", { files: waiting.join(", ") })}</strong>
          <Button kind="primary" shortcut="Alt+R" onPress={() => attempt(reload)}>
            {t("settings.reload")}
          </Button>
        </div>
      )}
      {begun.length === 0 ? null : <strong>{t("settings.begun", { files: begun.join(", ") })}</strong>}
      {now.problems.map((one) => (
        <p key={`${one.file}:${one.line}:${one.message}`} class="field-error">
          <span class="mono">{one.file}:{one.line}:{one.col} {one.code}</span> {findingWords(one)}
        </p>
      ))}
      {now.phones_problem === "" ? null : (
        <p class="field-error">{t("settings.phones_problem", { problem: now.phones_problem })}</p>
      )}
      <p class="muted">{t("settings.restart_only", { files: now.restart_only.join(", ") })}</p>
    </section>
  );
}

startPage("settings", SettingsPage);
