// A button with its key written on it.

import type { ComponentChildren } from "preact";
import { useKey } from "./keys";

export interface ButtonProps {
  readonly children: ComponentChildren;
  readonly onPress?: () => void;
  /** "H", "Alt+H", "F4": acts anywhere on the page and is shown on the button. */
  readonly shortcut?: string;
  readonly kind?: "plain" | "primary" | "good" | "danger" | "quiet";
  readonly isDisabled?: boolean;
  /** For what is on or off, such as mute. */
  readonly isPressed?: boolean;
  readonly title?: string;
  readonly type?: "button" | "submit";
  readonly id?: string;
}

export function Button(props: ButtonProps) {
  const { isDisabled = false, isPressed, kind = "plain", onPress, shortcut } = props;
  useKey(shortcut, () => onPress?.(), !isDisabled && onPress !== undefined);
  return (
    <button
      type={props.type ?? "button"}
      id={props.id}
      class={`button button-${kind}`}
      disabled={isDisabled}
      aria-pressed={isPressed}
      aria-keyshortcuts={shortcut}
      title={props.title}
      onClick={onPress}
    >
      <span>{props.children}</span>
      {shortcut === undefined ? null : <kbd aria-hidden="true">{shortcut}</kbd>}
    </button>
  );
}
