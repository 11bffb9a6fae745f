// The report that is shown, as a file.

import { t } from "../shared/texts/language";
import { queryOf } from "./choose";
import type { Report } from "./types";

export function CsvLink({ report }: { readonly report: Report }) {
  const address = `/api/v1/reports/${report.report}?${queryOf(report)}&format=csv`;
  return (
    <a class="button report-csv" href={address} download={`${report.report}.csv`}>{t("reports.csv")}</a>
  );
}
