// Form fields: each with its label, a hint and what is wrong with it, tied together for readers.

import type { ComponentChildren, InputHTMLAttributes } from "preact";
import { useId } from "preact/hooks";

interface Common {
  readonly label: string;
  readonly hint?: string;
  readonly error?: string;
  readonly isRequired?: boolean;
  readonly isDisabled?: boolean;
  /** The label is only heard; for a field in a table or a toolbar. */
  readonly isLabelHidden?: boolean;
  /** A fixed id, where something else refers to the field. */
  readonly id?: string;
}

interface Tied {
  readonly id: string;
  readonly "aria-describedby": string | undefined;
  readonly "aria-invalid": boolean | undefined;
  readonly required: boolean | undefined;
  readonly disabled: boolean | undefined;
}

export interface FieldProps extends Common {
  /** Draws the field itself with the attributes that tie it to its label. */
  readonly children: (tied: Tied) => ComponentChildren;
}

export function Field(props: FieldProps) {
  const made = useId();
  const id = props.id ?? made;
  const { label, hint, error } = props;
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  const tied: Tied = {
    id,
    "aria-describedby": described || undefined,
    "aria-invalid": error ? true : undefined,
    required: props.isRequired,
    disabled: props.isDisabled,
  };
  return (
    <div class="field">
      <label for={id} class={props.isLabelHidden ? "only-heard" : undefined}>{label}</label>
      {props.children(tied)}
      {hint ? <p id={`${id}-hint`} class="field-hint">{hint}</p> : null}
      {error ? <p id={`${id}-error`} class="field-error">{error}</p> : null}
    </div>
  );
}

export interface TextFieldProps extends Common {
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly onBlur?: () => void;
  readonly type?: "text" | "password" | "search" | "tel" | "number" | "date" | "datetime-local";
  readonly autocomplete?: string;
  readonly inputMode?: "text" | "numeric" | "tel" | "search";
  readonly maxLength?: number;
  readonly min?: number | string;
  readonly max?: number | string;
  readonly placeholder?: string;
  readonly hasFocus?: boolean;
}

export function TextField(props: TextFieldProps) {
  const { value, onInput, onBlur } = props;
  // One object for all kinds of input; the types know each kind apart.
  const attributes = {
    type: props.type ?? "text",
    value,
    onBlur,
    autocomplete: props.autocomplete ?? "off",
    inputMode: props.inputMode,
    maxLength: props.maxLength,
    min: props.min,
    max: props.max,
    placeholder: props.placeholder,
    autofocus: props.hasFocus,
    spellcheck: false,
  } as InputHTMLAttributes<HTMLInputElement>;
  return (
    <Field {...commonOf(props)}>
      {(tied) => (
        <input {...attributes} {...tied} onInput={(event) => onInput(event.currentTarget.value)} />
      )}
    </Field>
  );
}

export interface TextAreaFieldProps extends Common {
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly onBlur?: () => void;
  readonly rows?: number;
  readonly maxLength?: number;
}

export function TextAreaField(props: TextAreaFieldProps) {
  const { value, onInput, onBlur, rows = 3 } = props;
  return (
    <Field {...commonOf(props)}>
      {(tied) => (
        <textarea
          {...tied}
          rows={rows}
          value={value}
          maxLength={props.maxLength}
          onInput={(event) => onInput(event.currentTarget.value)}
          onBlur={onBlur}
        />
      )}
    </Field>
  );
}

export interface Choice {
  readonly value: string;
  readonly label: string;
}

export interface SelectFieldProps extends Common {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly choices: readonly Choice[];
}

export function SelectField(props: SelectFieldProps) {
  const { value, onChange, choices } = props;
  return (
    <Field {...commonOf(props)}>
      {(tied) => (
        <select
          {...tied} value={value} onChange={(event) => onChange(event.currentTarget.value)}
        >
          {choices.map((one) => (
            <option key={one.value} value={one.value} selected={one.value === value}>
              {one.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

export interface CheckFieldProps {
  readonly label: string;
  readonly isChecked: boolean;
  readonly onChange: (isChecked: boolean) => void;
  readonly isDisabled?: boolean;
}

export function CheckField({ label, isChecked, onChange, isDisabled }: CheckFieldProps) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={isChecked}
        disabled={isDisabled}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span>{label}</span>
    </label>
  );
}

function commonOf(props: Common): Common {
  const { label, hint, error, isRequired, isDisabled, isLabelHidden, id } = props;
  return {
    label,
    ...(hint === undefined ? {} : { hint }),
    ...(error === undefined ? {} : { error }),
    ...(isRequired === undefined ? {} : { isRequired }),
    ...(isDisabled === undefined ? {} : { isDisabled }),
    ...(isLabelHidden === undefined ? {} : { isLabelHidden }),
    ...(id === undefined ? {} : { id }),
  };
}
