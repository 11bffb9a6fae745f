// Putting trees into service: at once or on trial, back again, and which versions there were.

import { useState } from "preact/hooks";
import { post, Refusal, messageOf } from "../shared/api";
import { findingWords } from "../shared/finding_words";
import { t } from "../shared/texts/language";
import { dateAndTime } from "../shared/times";
import { Badge } from "../shared/ui/badge";
import { Button } from "../shared/ui/button";
import { Dialog } from "../shared/ui/dialog";
import { CheckField, SelectField, TextAreaField, TextField } from "../shared/ui/field";
import { Table } from "../shared/ui/table";
import { attempt, toast } from "../shared/ui/toast";
import { refresh, saveAll, unsaved } from "./model";
import { history, lookAgain, status, type Canary, type Tally, type Version } from "./service_state";
import type { TreeFinding } from "../shared/api";

export function Versions() {
  const [isAsking, setAsking] = useState(false);
  const [back, setBack] = useState<Version | null>(null);
  const now = status.value;
  if (now === null) return <p role="status">{t("common.loading")}</p>;
  return (
    <div class="stack">
      <div class="row">
        <Button kind="primary" shortcut="Alt+A" isDisabled={now.canary !== null} onPress={() => setAsking(true)}>
          {t("studio.apply")}
        </Button>
        <Badge kind={now.folder === "differs" ? "warn" : now.folder === "unreadable" ? "bad" : "good"}>
          {t(`studio.folder_${now.folder}`)}
        </Badge>
      </div>
      <div class="cards">
        <Card title={t("studio.in_service")} version={now.version} since={now.since} calls={now.calls} />
        {now.canary === null ? null : <OnTrial canary={now.canary} />}
      </div>
      {now.canary_stopped === "" ? null : <p>{t("studio.canary_stopped", { why: now.canary_stopped })}</p>}
      {now.last_failure === null ? null : <p class="muted">{t("studio.last_failure", { code: now.last_failure.code })}</p>}
      <History onBack={setBack} />
      {isAsking ? <ApplyDialog onClose={() => setAsking(false)} /> : null}
      {back === null ? null : <BackDialog version={back} onClose={() => setBack(null)} />}
    </div>
  );
}

interface CardProps {
  readonly title: string;
  readonly version: Version;
  readonly since: number;
  readonly calls: Tally;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;

function Card({ title, version, since, calls }: CardProps) {
  return (
    <section class="panel stack" aria-label={title}>
      <h3>{title}: {version.label}</h3>
      <p>{version.message}</p>
      <p class="muted">{version.author} · {t("studio.since", { time: dateAndTime(since) })}</p>
      <dl class="figures">
        <dt>{t("studio.calls_begun")}</dt><dd>{calls.begun}</dd>
        <dt>{t("studio.calls_through")}</dt><dd>{calls.through}</dd>
        <dt>{t("studio.share_abandoned")}</dt><dd>{percent(calls.abandoned_share)}</dd>
        <dt>{t("studio.share_errors")}</dt><dd>{percent(calls.errors_share)}</dd>
      </dl>
    </section>
  );
}

function OnTrial({ canary }: { readonly canary: Canary }) {
  const scope = canary.dialled.length > 0
    ? t("studio.canary_dialled", { dialled: canary.dialled.join(", ") })
    : t("studio.canary_share", { percent: canary.percent });
  const promote = async (): Promise<void> => {
    await post("flows/promote");
    toast(t("studio.promoted"), "good");
    await lookAgain();
  };
  return (
    <div class="stack">
      <Card
        title={`${t("studio.on_trial")} (${scope})`} version={canary.version} since={canary.since}
        calls={canary.calls}
      />
      <div class="row">
        <Button kind="good" onPress={() => attempt(promote)}>{t("studio.promote")}</Button>
        <Button kind="danger" onPress={() => attempt(() => rollBack(null))}>{t("studio.rollback_trial")}</Button>
      </div>
    </div>
  );
}

async function rollBack(to: number | null): Promise<void> {
  const found = await post<Version>("flows/rollback", to === null ? {} : { to });
  toast(t("studio.rolled_back", { label: found.label }), "good");
  await lookAgain();
}

function History({ onBack }: { readonly onBack: (version: Version) => void }) {
  return (
    <Table
      caption={t("studio.versions")} keyOf={(one) => String(one.number)} rows={history.value}
      columns={[
        { key: "label", title: t("studio.version"), cell: (one) => one.label, isRowTitle: true },
        { key: "state", title: t("studio.state"), cell: (one) => t(`studio.state_${one.state}`) },
        { key: "message", title: t("studio.message"), cell: (one) => one.message },
        { key: "author", title: t("studio.author"), cell: (one) => one.author },
        { key: "made", title: t("studio.made_at"), cell: (one) => dateAndTime(one.made_at) },
        {
          key: "back", title: t("studio.rollback"),
          cell: (one) => one.state === "in_service" || one.state === "on_trial" ? null
            : <Button onPress={() => onBack(one)}>{t("studio.rollback_to")}</Button>,
        },
      ]}
    />
  );
}

function BackDialog({ version, onClose }: { readonly version: Version; readonly onClose: () => void }) {
  const act = (): void => {
    onClose();
    attempt(() => rollBack(version.number));
  };
  return (
    <Dialog
      title={t("studio.rollback")} onClose={onClose}
      actions={<Button kind="danger" onPress={act}>{t("studio.rollback")}</Button>}
    >
      <p>{t("studio.rollback_ask", { label: version.label })}</p>
      <p>{version.message}</p>
    </Dialog>
  );
}

// --- putting into service ----------------------------------------------------------------------

interface Terms {
  readonly message: string;
  readonly scope: "all" | "canary";
  readonly percent: string;
  readonly dialled: string;
  readonly isForced: boolean;
}

function bodyOf(terms: Terms): object {
  const body = { message: terms.message, force: terms.isForced };
  if (terms.scope === "all") return body;
  const dialled = terms.dialled.split(/[\s,，、]+/).filter(Boolean);
  return { ...body, canary: dialled.length > 0 ? { dialled } : { percent: Number(terms.percent) } };
}

function ApplyDialog({ onClose }: { readonly onClose: () => void }) {
  const [terms, setTerms] = useState<Terms>({ message: "", scope: "all", percent: "5", dialled: "", isForced: false });
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const [findings, setFindings] = useState<readonly TreeFinding[]>([]);
  const set = (part: Partial<Terms>): void => setTerms({ ...terms, ...part });
  const act = async (): Promise<void> => {
    setBusy(true);
    setError("");
    try {
      const made = await post<Version>("flows/versions", bodyOf(terms));
      const key = terms.scope === "all" ? "studio.applied" : "studio.applied_canary";
      toast(t(key, { label: made.label }), "good");
      onClose();
      await Promise.all([lookAgain(), refresh()]);
    } catch (refused) {
      setError(messageOf(refused));
      setFindings(refused instanceof Refusal ? refused.findings : []);
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={t("studio.apply_title")} onClose={onClose}
      actions={
        <Button kind="primary" isDisabled={isBusy || terms.message.trim() === ""} onPress={() => void act()}>
          {isBusy ? t("studio.applying") : t("studio.apply_title")}
        </Button>
      }
    >
      {unsaved.value.length === 0 ? null : (
        <p class="row">
          <span class="field-error">{t("studio.apply_unsaved")}</span>
          <Button onPress={() => attempt(saveAll)}>{t("studio.apply_save_first")}</Button>
        </p>
      )}
      <TextAreaField
        label={t("studio.apply_message")} value={terms.message} maxLength={500} isRequired
        onInput={(message) => set({ message })}
      />
      <SelectField
        label={t("studio.apply_scope")} value={terms.scope}
        onChange={(scope) => set({ scope: scope === "canary" ? "canary" : "all" })}
        choices={[
          { value: "all", label: t("studio.apply_all") },
          { value: "canary", label: t("studio.apply_canary") },
        ]}
      />
      {terms.scope === "all" ? null : (
        <div class="row">
          <TextField
            label={t("studio.apply_percent")} type="number" min={0.1} max={100}
            value={terms.percent} onInput={(value) => set({ percent: value })}
          />
          <TextField
            label={t("studio.apply_dialled")} hint={t("studio.apply_dialled_hint")}
            value={terms.dialled} onInput={(dialled) => set({ dialled })}
          />
        </div>
      )}
      <CheckField
        label={t("studio.apply_force")} isChecked={terms.isForced}
        onChange={(isForced) => set({ isForced })}
      />
      {error === "" ? null : <p class="field-error" role="alert">{error}</p>}
      <ul>
        {findings.map((one, number) => (
          <li key={number}>{one.file.replace(/^.*\//, "")}:{one.line} {one.code} {findingWords(one)}</li>
        ))}
      </ul>
    </Dialog>
  );
}
