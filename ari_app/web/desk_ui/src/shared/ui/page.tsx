// Puts a page together: who is signed in, head, content, notices. Every page but the sign-in
// begins here.

import { effect, signal } from "@preact/signals";
import { render, type ComponentType } from "preact";
import { messageOf } from "../api";
import { whoAmI, type PageName } from "../me";
import { language, t } from "../texts/language";
import { applyTheme } from "../theme";
import { untilThere } from "../until_there";
import { Header } from "./header";
import { Leaving } from "./leaving";
import { Notices } from "./toast";
import "../theme.css";

export interface PageProps {
  readonly page: PageName | null;
  readonly title: () => string;
  readonly content: ComponentType;
}

type Arrival = "waiting" | "here" | { readonly error: string };

const arrival = signal<Arrival>("waiting");

/** Show the page once it is known who is there. */
export function startPage(page: PageName, content: ComponentType): void {
  show({ page, title: () => t(`common.page_${page}`), content });
  const say = (error: unknown): void => { arrival.value = { error: messageOf(error) }; };
  untilThere(whoAmI, say).then(() => { arrival.value = "here"; }, say);
}

/** Show a page that needs nobody to be signed in. */
export function startOpenPage(title: () => string, content: ComponentType): void {
  arrival.value = "here";
  show({ page: null, title, content });
}

function show(props: PageProps): void {
  applyTheme();
  effect(() => {
    document.documentElement.lang = language.value === "zh" ? "zh-CN" : "en";
    document.title = `${props.title()} · ${t("common.product")}`;
  });
  const root = document.getElementById("root");
  if (root !== null) render(<Shell {...props} />, root);
}

function Shell({ page, content: Content }: PageProps) {
  const now = arrival.value;
  return (
    <>
      <Header page={page} />
      <main id="main" class="main" tabIndex={-1}>
        <Leaving />
        {now === "here" ? <Content /> : <p role="status">{waiting(now)}</p>}
      </main>
      <Notices />
    </>
  );
}

function waiting(now: Exclude<Arrival, "here">): string {
  return now === "waiting" ? t("common.loading") : now.error;
}
