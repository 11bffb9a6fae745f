// A page with nothing but the phone, for tests: built by tests/browser/harness.py, never served by
// the service. Tests drive it through `window.harness`.

import { makePhone, type PhoneCredentials } from "../../../ari_app/web/desk_ui/src/phone/agent_phone";
import { effect } from "../../../ari_app/web/desk_ui/node_modules/@preact/signals";

const connections: RTCPeerConnection[] = [];
const sockets: WebSocket[] = [];
const history: string[] = [];
const refusals: string[] = [];
const warnings: string[] = [];
let logins = 0;
let negotiations = 0;
let spoil = false;

// The page must not help: connections and sockets are seen from outside.
const PlainConnection = RTCPeerConnection;
window.RTCPeerConnection = class extends PlainConnection {
  constructor(settings?: RTCConfiguration) {
    super(settings);
    connections.push(this);
  }

  override async setRemoteDescription(said: RTCSessionDescriptionInit): Promise<void> {
    await super.setRemoteDescription(said);
    negotiations += 1;
  }
};
const PlainSocket = WebSocket;
window.WebSocket = class extends PlainSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols);
    sockets.push(this);
  }
};

async function credentials(): Promise<PhoneCredentials> {
  const answer = await fetch("/api/v1/agent/phone", { method: "POST" });
  if (!answer.ok) {
    refusals.push(`${answer.status} ${await answer.text()}`);
    throw new Error(`login: ${answer.status}`);
  }
  logins += 1;
  const login = (await answer.json()) as PhoneCredentials;
  return spoil ? { ...login, password: "wrong" } : login;
}

const phone = makePhone(credentials);
effect(() => { history.push(phone.state.value); });
effect(() => {
  const oneWay = phone.quality.value?.oneWay ?? "";
  if (oneWay !== "") warnings.push(oneWay);
});

/** As a wall between us and the other side would: nothing is sent, nobody here knows. */
async function stopSending(): Promise<void> {
  const sender = connections.at(-1)?.getSenders()[0];
  if (sender === undefined) return;
  const said = sender.getParameters();
  said.encodings.forEach((one) => { one.active = false; });
  await sender.setParameters(said);
}

function tap(seconds: number): Promise<Record<string, number>> {
  const receiver = connections.at(-1)?.getReceivers()[0];
  if (receiver === undefined) return Promise.resolve({});
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 8192;
  context.createMediaStreamSource(new MediaStream([receiver.track])).connect(analyser);
  const bins = new Float32Array(analyser.frequencyBinCount);
  const heard: Record<string, number> = {};
  const step = context.sampleRate / analyser.fftSize;
  const timer = setInterval(() => {
    analyser.getFloatFrequencyData(bins);
    bins.forEach((level, bin) => {
      const hertz = Math.round(bin * step);
      if (level > (heard[hertz] ?? -Infinity)) heard[hertz] = level;
    });
  }, 50);
  return new Promise((resolve) => setTimeout(() => {
    clearInterval(timer);
    void context.close();
    resolve(heard);
  }, seconds * 1000));
}

/** What the sound that comes in is coded in, such as `audio/PCMA`. */
async function codec(): Promise<string> {
  const rows: Record<string, unknown>[] = [];
  (await connections.at(-1)?.getStats())?.forEach((row: Record<string, unknown>) => rows.push(row));
  const inbound = rows.find((row) => row["type"] === "inbound-rtp");
  const found = rows.find((row) => row["id"] === inbound?.["codecId"]);
  return String(found?.["mimeType"] ?? "");
}

const harness = {
  phone,
  history,
  start: () => phone.start(),
  stop: () => phone.stop(),
  answer: () => phone.answer(),
  hangUp: () => phone.hangUp(),
  setMuted: (muted: boolean) => phone.setMuted(muted),
  spoilLogins: (wrong: boolean) => { spoil = wrong; },
  /** As a switch on the way would: no close frame, nobody is told. */
  cutSocket: () => sockets.at(-1)?.close(),
  /** Loudest seen at each frequency, in decibels. */
  tap,
  codec,
  stopSending,
  look: () => ({
    state: phone.state.value,
    callId: phone.callId.value,
    quality: phone.quality.value,
    trouble: phone.trouble.value,
    isMuted: phone.isMuted.value,
    isReachable: phone.isReachable.value,
    logins,
    negotiations,
    warnings: [...warnings],
    refusals: [...refusals],
    connection: connections.at(-1)?.connectionState ?? null,
    sockets: sockets.length,
    history: [...history],
  }),
};

declare global {
  interface Window { harness: typeof harness }
}
window.harness = harness;
