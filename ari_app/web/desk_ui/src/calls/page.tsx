// The search for calls, page by page, and the recording of the one that is chosen. What was looked
// for stands in the address, so that a report can lead here.

import { useEffect, useRef, useState } from "preact/hooks";
import { get, messageOf } from "../shared/api";
import { t } from "../shared/texts/language";
import { Button } from "../shared/ui/button";
import { startPage } from "../shared/ui/page";
import { announce, attempt } from "../shared/ui/toast";
import { Details } from "./details";
import { fromAddress, SearchForm, toQuery, type Wanted } from "./form";
import { Results } from "./results";
import type { FoundCall, FoundCalls } from "./types";
import "./calls.css";

interface Found {
  readonly calls: readonly FoundCall[];
  readonly next: string | null;
  readonly problem: string;
  /** What these calls were found by; the form may have been changed since. */
  readonly query: string;
}

const NOTHING: Found = { calls: [], next: null, problem: "", query: "" };

function CallsPage() {
  const [wanted, setWanted] = useState<Wanted>(fromAddress);
  const [found, setFound] = useState<Found>(NOTHING);
  const [chosen, setChosen] = useState<string | null>(null);
  const asked = useRef(new AbortController());

  const search = async (): Promise<void> => {
    const query = toQuery(wanted);
    asked.current.abort(); // a search that is slower than the next one is not waited for
    const { signal } = asked.current = new AbortController();
    history.replaceState(null, "", `/calls?${query}`);
    setChosen(null);
    try {
      const page = await get<FoundCalls>(`calls/search?${query}`, { signal });
      setFound({ ...page, problem: "", query });
      announce(t("calls.found", { count: page.calls.length }));
      if (page.calls.length === 1) setChosen(page.calls[0]?.call_id ?? null);
    } catch (error) {
      if (signal.aborted) return;
      setFound({ ...NOTHING, problem: messageOf(error) });
    }
  };
  const more = async (): Promise<void> => {
    const after = encodeURIComponent(found.next ?? "");
    const page = await get<FoundCalls>(`calls/search?${found.query}&after=${after}`);
    // They go on from this list and from no other that has taken its place.
    setFound((now) => (now === found
      ? { ...found, next: page.next, calls: [...found.calls, ...page.calls], problem: "" } : now));
  };
  useEffect(() => void search(), []);
  const call = found.calls.find((one) => one.call_id === chosen);
  return (
    <>
      <h1>{t("calls.title")}</h1>
      <SearchForm wanted={wanted} onChange={setWanted} onSearch={() => void search()} />
      <p class="field-error" role="alert">{found.problem}</p>
      <div class={call === undefined ? "calls-columns" : "calls-columns calls-two"}>
        <div class="stack">
          <Results calls={found.calls} chosen={chosen} onChoose={setChosen} />
          {found.next === null ? null : (
            <div><Button onPress={() => attempt(more)}>{t("calls.more")}</Button></div>
          )}
        </div>
        {call === undefined ? null : <Details key={call.call_id} call={call} />}
      </div>
    </>
  );
}

startPage("calls", CallsPage);
