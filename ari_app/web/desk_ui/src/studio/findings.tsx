// What check, proof, rules and scripted calls say, each a way to its line.

import { useEffect } from "preact/hooks";
import { t } from "../shared/texts/language";
import { Badge } from "../shared/ui/badge";
import { Button } from "../shared/ui/button";
import { SelectField } from "../shared/ui/field";
import { announce, attempt } from "../shared/ui/toast";
import { checked, checkError, errors, isChecking, profile, warnings, wordsOf } from "./checking";
import { current, cursorLine, goTo } from "./model";
import type { Checked, Finding, PlayedCase, Proof } from "./studio_api";

const isLink = (file: string): boolean => /^(flows|tests)\//.test(file);

export function Findings() {
  const found = checked.value;
  return (
    <section class="findings panel" aria-labelledby="findings-title">
      <div class="row">
        <h2 id="findings-title">{t("studio.findings")}</h2>
        <Summary />
        <Button shortcut="Alt+N" isDisabled={errors.value + warnings.value === 0} onPress={next}>
          {t("studio.next_finding")}
        </Button>
        <SelectField
          label={t("studio.profile")} isLabelHidden value={profile.value}
          onChange={(value) => { profile.value = value; }}
          choices={[
            { value: "", label: t("studio.profile_none") },
            { value: "gbt33358", label: t("studio.profile_gbt33358") },
          ]}
        />
      </div>
      {found === null ? null : <List found={found} />}
    </section>
  );
}

function Summary() {
  const found = checked.value;
  const isFit = found?.is_fit ?? false;
  const said = isFit ? t("studio.fit") : t("studio.not_fit");
  useEffect(() => { if (found !== null) announce(said); }, [said]);
  if (checkError.value !== "") {
    return <Badge kind="bad">{t("studio.check_failed", { why: checkError.value })}</Badge>;
  }
  if (found === null) return <span class="muted">{t("studio.checking")}</span>;
  const passed = found.cases.filter((one) => one.passed).length;
  return (
    <>
      <Badge kind={isFit ? "good" : "bad"}>{said}</Badge>
      {errors.value > 0 ? <Badge kind="bad">{t("studio.count_errors", { count: errors.value })}</Badge> : null}
      {warnings.value > 0 ? <Badge kind="warn">{t("studio.count_warnings", { count: warnings.value })}</Badge> : null}
      {found.cases.length === 0 ? null : (
        <Badge kind={passed === found.cases.length ? "plain" : "warn"}>
          {t("studio.cases_passed", { passed, all: found.cases.length })}
        </Badge>
      )}
      {isChecking.value ? <span class="muted">{t("studio.checking")}</span> : null}
    </>
  );
}

function List({ found }: { readonly found: Checked }) {
  const failed = found.cases.filter((one) => !one.passed);
  return (
    <ul class="finding-list" tabIndex={0} aria-label={t("studio.findings")}>
      {found.problems.map((one, number) => <One key={`${number} ${one.code}`} finding={one} />)}
      {failed.map((one) => <FailedCase key={one.file + one.name} played={one} />)}
      {found.problems.length > 0 ? null : <li class="muted">{t("studio.no_findings")}</li>}
      {found.proofs.map((one) => <li key={one.flow} class="muted">{boundsOf(one)}</li>)}
    </ul>
  );
}

function One({ finding }: { readonly finding: Finding }) {
  const { file, line, col, code, level } = finding;
  return (
    <li>
      <Badge kind={level === "error" ? "bad" : "warn"}>{t(`studio.${level}`)} {code}</Badge>{" "}
      {isLink(file) ? (
        <button type="button" class="link" onClick={() => attempt(() => goTo(file, line, col))}>
          {t("studio.place", { file, line })}
        </button>
      ) : <span>{t("studio.place", { file, line })}</span>}{" "}
      <span>{wordsOf(finding)}</span>
    </li>
  );
}

function FailedCase({ played }: { readonly played: PlayedCase }) {
  return (
    <li>
      <Badge kind="warn">{t("studio.case_failed", { name: played.name })}</Badge>{" "}
      <button type="button" class="link" onClick={() => attempt(() => goTo(played.file, played.line))}>
        {t("studio.place", { file: played.file, line: played.line })}
      </button>{" "}
      <span class="mono">{played.differences.join("; ")}</span>
    </li>
  );
}

function boundsOf(proof: Proof): string {
  const seconds = proof.seconds === null ? t("studio.no_bound") : String(proof.seconds);
  const { flow, nodes, states, keys } = proof;
  return t("studio.proof", { flow, nodes, states, keys, seconds });
}

/** To the first finding behind the cursor, or the first of all. */
function next(): void {
  const all = (checked.value?.problems ?? []).filter((one) => isLink(one.file));
  const here = all.filter((one) => one.file === current.value).sort((a, b) => a.line - b.line);
  const one = here.find((other) => other.line > cursorLine.value) ?? here[0] ?? all[0];
  if (one !== undefined) attempt(() => goTo(one.file, one.line, one.col));
}
