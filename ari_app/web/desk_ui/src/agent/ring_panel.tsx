// A call rings: who it is, and the two things that can be done about it.

import { t } from "../shared/texts/language";
import { duration } from "../shared/times";
import { Button } from "../shared/ui/button";
import { CallerCard } from "./card";
import { answer, clock, decline, desk, phone } from "./desk";
import { KEYS } from "./keys";
import type { Card } from "./rows";

export function RingPanel({ pop }: { readonly pop: Card }) {
  const left = (pop.until ?? clock.value) - clock.value;
  return (
    <section class="panel stack ring" aria-label={t("agent.ringing")}>
      <div class="row ring-head">
        <h2>{t("agent.ringing")}</h2>
        {left > 0 ? <span class="number">{t("agent.ring_left", { left: duration(Math.ceil(left)) })}</span> : null}
        {desk.value.dialling === ""
          ? null : <span>{t("agent.dialling_citizen")}</span>}
      </div>
      <Answers pop={pop} />
      <CallerCard card={pop} />
    </section>
  );
}

function Answers({ pop }: { readonly pop: Card }) {
  const isAtDesk = pop.answer === "desk";
  const canAnswer = isAtDesk || (phone.isBrowser && phone.state.value === "ringing");
  return (
    <div class="row">
      {phone.isBrowser || isAtDesk ? (
        <Button kind="good" shortcut={KEYS.answer} isDisabled={!canAnswer} onPress={answer} id="answer">
          {t("agent.answer")}
        </Button>
      ) : <strong class="lift">{t("agent.lift_phone")}</strong>}
      <Button kind="danger" shortcut={KEYS.decline} onPress={decline}>{t("agent.decline")}</Button>
    </div>
  );
}
