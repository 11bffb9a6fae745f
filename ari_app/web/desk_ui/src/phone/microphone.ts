// Microphones and loudspeakers of this machine: which there are, which one was chosen, how loud it
// is. Decides what is asked of a microphone. What it hears stays on this machine.

import { recall, remember } from "../shared/stored";

export type DeviceKind = "audioinput" | "audiooutput";

export interface Device {
  readonly id: string;
  readonly label: string;
}

/** Why there is no sound: refused by the user, no device, in use by another program. */
export type MicrophoneFault = "refused" | "missing" | "busy";

export function chosenDevice(kind: DeviceKind): string {
  return recall(kind) ?? "";
}

export function chooseDevice(kind: DeviceKind, id: string): void {
  remember(kind, id);
}

/** Labels are empty until the microphone was allowed once. */
export async function devices(kind: DeviceKind): Promise<Device[]> {
  const found = await navigator.mediaDevices.enumerateDevices();
  return found
    .filter((one) => one.kind === kind)
    .map((one, place) => ({ id: one.deviceId, label: one.label || `${place + 1}` }));
}

/** The chosen microphone, or any other when that one is not plugged in any more. */
export async function openMicrophone(): Promise<MediaStream> {
  const id = chosenDevice("audioinput");
  try {
    return await opened(id);
  } catch (error) {
    if (id === "" || faultOf(error) === "refused") throw error;
    return opened("");
  }
}

function opened(id: string): Promise<MediaStream> {
  const wanted: MediaTrackConstraints = {
    echoCancellation: true, noiseSuppression: true, autoGainControl: true,
  };
  if (id !== "") wanted.deviceId = { exact: id };
  return navigator.mediaDevices.getUserMedia({ audio: wanted });
}

export function faultOf(error: unknown): MicrophoneFault {
  const name = error instanceof Error ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "refused";
  return name === "NotReadableError" || name === "AbortError" ? "busy" : "missing";
}

export function close(stream: MediaStream | null): void {
  stream?.getTracks().forEach((track) => track.stop());
}

/** Let sound come out of the chosen loudspeaker, where a browser can choose. */
export async function useChosenSpeaker(sound: HTMLAudioElement): Promise<void> {
  const id = chosenDevice("audiooutput");
  if (id === "" || !("setSinkId" in sound)) return;
  try {
    await sound.setSinkId(id);
  } catch {
    // It is not plugged in any more: the usual one plays.
  }
}

/** How loud a stream is, 0 to 1, told many times a second until it is ended. */
export function measure(stream: MediaStream, tell: (level: number) => void): () => void {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    tell(levelOf(samples));
  }, 50);
  return () => {
    clearInterval(timer);
    void context.close();
  };
}

/** -60 dBFS and less is 0, full scale is 1: about as ears judge it. */
export function levelOf(samples: Float32Array): number {
  const mean = samples.reduce((sum, one) => sum + one * one, 0) / samples.length;
  const decibels = 10 * Math.log10(Math.max(mean, 1e-12));
  return Math.min(1, Math.max(0, 1 + decibels / 60));
}

/** Record for so long; the address of the sound, to be played and then forgotten. */
export function recordFor(stream: MediaStream, milliseconds: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const recorder = new MediaRecorder(stream);
    const parts: Blob[] = [];
    recorder.ondataavailable = (event) => parts.push(event.data);
    recorder.onerror = () => reject(new Error("not recorded"));
    recorder.onstop = () => resolve(URL.createObjectURL(new Blob(parts, { type: recorder.mimeType })));
    recorder.start();
    setTimeout(() => recorder.stop(), milliseconds);
  });
}
