// What is true of this page right now, said at its head: the service, the phone, another page.

import { staysForCall } from "../shared/leaving";
import { t } from "../shared/texts/language";
import { Badge, type BadgeKind } from "../shared/ui/badge";
import { Button } from "../shared/ui/button";
import { desk, isTalking, own, phone, socket } from "./desk";
import { KEYS } from "./keys";

interface Truth {
  readonly kind: BadgeKind;
  readonly text: string;
  readonly canResume?: boolean;
}

/** The gravest thing that is wrong; null when all is well, and when the page says more already. */
function trouble(): Truth | null {
  if (staysForCall.value) return null;
  const service = socket.state.value;
  if (service === "replaced") {
    // Its phone is stopped, yet a talk stays in it until its end: sound does not change pages.
    const isSpeaking = phone.state.value === "in_call";
    const text = t(isSpeaking ? "agent.banner_replaced_in_call" : "agent.banner_replaced");
    return { kind: "bad", text, canResume: true };
  }
  if (service !== "open") {
    const isSpeaking = phone.state.value === "in_call" || isTalking.value;
    return { kind: "bad", text: t(isSpeaking ? "agent.banner_lost_in_call" : "agent.banner_lost") };
  }
  if (own.value?.state === "offline") {
    return { kind: "bad", text: t("agent.banner_signed_out") };
  }
  return phoneTrouble();
}

function phoneTrouble(): Truth | null {
  if (!phone.isBrowser) return null;
  const state = phone.state.value;
  const why = phone.trouble.value;
  if (why !== null) return { kind: "bad", text: t(`agent.trouble_${why}`) };
  if (state === "off" || state === "connecting") {
    return { kind: "warn", text: t("agent.banner_phone_connecting") };
  }
  if (state === "offline") return { kind: "bad", text: t("agent.banner_phone_offline") };
  if (isTalking.value && state !== "in_call" && desk.value.talk !== null) {
    return { kind: "bad", text: t("agent.banner_voice_elsewhere") };
  }
  return null;
}

export function Banner() {
  const wrong = trouble();
  return (
    <div class="banner-place" role="status" aria-live="assertive" data-trouble={wrong?.kind ?? "none"}>
      {wrong === null ? null : (
        <div class={`banner banner-${wrong.kind}`}>
          <span>{wrong.text}</span>
          {wrong.canResume ? (
            <Button kind="primary" shortcut={KEYS.resume_here} onPress={() => socket.resume()}>
              {t("agent.resume_here")}
            </Button>
          ) : null}
        </div>
      )}
    </div>
  );
}

/** Each part with its own word, always to be seen. */
export function Lights() {
  const service = socket.state.value;
  const state = phone.state.value;
  const isUp = state === "registered" || state === "ringing" || state === "in_call";
  return (
    <dl class="lights">
      <dt>{t("agent.light_service")}</dt>
      <dd><Badge kind={service === "open" ? "good" : "bad"}>{t(`common.socket_${service}`)}</Badge></dd>
      <dt>{t("agent.light_phone")}</dt>
      <dd>
        {phone.isBrowser
          ? <Badge kind={isUp ? "good" : "bad"}>{t(`agent.phone_${state}`)}</Badge>
          : <Badge>{t("agent.phone_desk", { seat: own.value?.seat ?? "" })}</Badge>}
      </dd>
    </dl>
  );
}
