export interface Defined {
  readonly name: string;
  readonly label: string;
  readonly says: string;
}

export type Row = Readonly<Record<string, string | number | null>>;

export interface Report {
  readonly report: string;
  readonly from: string;
  readonly to: string;
  readonly by: string;
  /** The columns that name a row. */
  readonly keys: readonly string[];
  readonly figures: readonly Defined[];
  readonly rows: readonly Row[];
}
