// A dialog over the page: it holds the focus and the keys until it is closed.

import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { t } from "../texts/language";
import { Button } from "./button";
import { newScope, openScope, Scope } from "./keys";

export interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  /** The buttons at its foot; "close" is always there. */
  readonly actions?: ComponentChildren;
  readonly isWide?: boolean;
}

export function Dialog({ title, onClose, children, actions, isWide }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const [scope] = useState(newScope);
  // At once: a dialog that is closed within a frame must not keep the keys.
  useLayoutEffect(() => openScope(scope), [scope]);
  useLayoutEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  const onCancel = (event: Event): void => {
    event.preventDefault();
    onClose();
  };
  return (
    <dialog
      ref={element}
      class={isWide ? "dialog dialog-wide" : "dialog"}
      aria-labelledby={titleId}
      onCancel={onCancel}
    >
      <h2 id={titleId}>{title}</h2>
      <Scope.Provider value={scope}>
        <div class="dialog-body">{children}</div>
        <div class="dialog-actions">
          {actions}
          <Button onPress={onClose}>{t("common.close")}</Button>
        </div>
      </Scope.Provider>
    </dialog>
  );
}
