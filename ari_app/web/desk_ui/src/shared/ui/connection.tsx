// What the page may say about its connection to the service.

import type { SocketState } from "../socket";
import { t } from "../texts/language";
import { Badge, type BadgeKind } from "./badge";
import { Button } from "./button";

const KINDS: Readonly<Record<SocketState, BadgeKind>> = {
  connecting: "warn", open: "good", lost: "bad", replaced: "bad", stopped: "plain",
};

export interface ConnectionProps {
  readonly state: SocketState;
  readonly onResume: () => void;
}

export function Connection({ state, onResume }: ConnectionProps) {
  return (
    <span class="connection" role="status" aria-label={t("common.connection")}>
      <Badge kind={KINDS[state]}>{t(`common.socket_${state}`)}</Badge>
      {state === "replaced" ? <Button onPress={onResume}>{t("common.socket_resume")}</Button> : null}
    </span>
  );
}
