// Reports: which one, of which time, cut how; every figure with its definition and its calls.

import { useEffect, useState } from "preact/hooks";
import { get, messageOf } from "../shared/api";
import { t } from "../shared/texts/language";
import { dateAndMinute } from "../shared/times";
import { startPage } from "../shared/ui/page";
import { Behind, type Asked } from "./behind";
import { ReportChart } from "./chart";
import { Choose, fromAddress, toQuery, type Chosen } from "./choose";
import { CsvLink } from "./csv_link";
import { Definitions, ReportTable } from "./table";
import type { Report } from "./types";
import "./reports.css";

function ReportsPage() {
  const [chosen, setChosen] = useState<Chosen>(fromAddress);
  const [report, setReport] = useState<Report | null>(null);
  const [problem, setProblem] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [asked, setAsked] = useState<Asked | null>(null);

  const make = async (): Promise<void> => {
    history.replaceState(null, "", `/reports?${toQuery(chosen)}&name=${chosen.name}`);
    setBusy(true);
    setProblem("");
    try {
      setAsked(null);
      setReport(await get<Report>(`reports/${chosen.name}?${toQuery(chosen)}`));
    } catch (error) {
      setReport(null);
      setProblem(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  useEffect(() => void make(), []);
  return (
    <>
      <h1>{t("reports.title")}</h1>
      <Choose chosen={chosen} onChange={setChosen} onMake={() => void make()} isBusy={isBusy} />
      <p class="field-error" role="alert">{problem}</p>
      <p role="status" class="muted">{isBusy ? t("reports.making") : ""}</p>
      {report === null ? null : (
        <>
          <div class="row">
            <p class="muted">{t("reports.period", { from: written(report.from), to: written(report.to) })}</p>
            <CsvLink report={report} />
          </div>
          <ReportChart report={report} />
          <ReportTable report={report} onFigure={(figure, row) => setAsked({ figure, row })} />
          <Definitions report={report} />
        </>
      )}
      {asked === null || report === null ? null : (
        <Behind report={report} asked={asked} onClose={() => setAsked(null)} />
      )}
    </>
  );
}

function written(instant: string): string {
  return dateAndMinute(Date.parse(instant) / 1000);
}

startPage("reports", ReportsPage);
