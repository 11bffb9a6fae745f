// A table with a caption, a head that stays and a part that scrolls by keyboard too.

import type { ComponentChildren } from "preact";
import { t } from "../texts/language";

export interface Column<Row> {
  readonly key: string;
  readonly title: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** Numbers stand at the right, one below the other. */
  readonly isNumber?: boolean;
  readonly isRowTitle?: boolean;
}

export interface TableProps<Row> {
  readonly caption: string;
  readonly isCaptionHidden?: boolean;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** Said in place of the rows when there are none. */
  readonly empty?: string;
  readonly onRow?: (row: Row) => void;
  readonly isSelected?: (row: Row) => boolean;
}

export function Table<Row>(props: TableProps<Row>) {
  const { caption, columns, rows, keyOf } = props;
  return (
    <div class="table-frame" tabIndex={0} role="region" aria-label={caption}>
      <table class="table">
        <caption class={props.isCaptionHidden ? "only-heard" : undefined}>{caption}</caption>
        <thead>
          <tr>
            {columns.map((one) => (
              <th key={one.key} scope="col" class={one.isNumber ? "number" : undefined}>
                {one.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => <TableRow key={keyOf(row)} row={row} table={props} />)}
          {rows.length > 0 ? null : (
            <tr><td class="empty" colSpan={columns.length}>{props.empty ?? t("common.nothing")}</td></tr>
          )}
        </tbody>
      </table>
    </div>
  );
}

function TableRow<Row>({ row, table }: { readonly row: Row; readonly table: TableProps<Row> }) {
  const isSelected = table.isSelected?.(row) ?? false;
  return (
    <tr
      class={[table.onRow ? "row-opens" : "", isSelected ? "row-selected" : ""].join(" ").trim()}
      onClick={() => table.onRow?.(row)}
    >
      {table.columns.map((one) => {
        const name = one.isNumber ? "number" : undefined;
        return one.isRowTitle
          ? <th key={one.key} scope="row" class={name}>{one.cell(row)}</th>
          : <td key={one.key} class={name}>{one.cell(row)}</td>;
      })}
    </tr>
  );
}
