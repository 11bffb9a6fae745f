// Said at the head of a page that is signed out and stays for the call in its phone.

import { staysForCall } from "../leaving";
import { t } from "../texts/language";

export function Leaving() {
  if (!staysForCall.value) return null;
  return <div class="banner banner-bad" role="alert">{t("common.signed_out_in_call")}</div>;
}
