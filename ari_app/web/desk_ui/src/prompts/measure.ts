// How long and how loud a chosen file is, before it is sent. The service measures again and has the
// last word; this only saves a way. Decides what counts as quiet, loud or clipped in the picture.

export interface Measured {
  readonly seconds: number;
  readonly peak: number;
  readonly level: number;
  readonly isClipped: boolean;
}

export type Loudness = "good" | "quiet" | "loud" | "clipped";

const FRAME_S = 0.02;
const ACTIVE_BELOW_LOUDEST = 0.001;
const FULL_SCALE = 0.995;

/** Null for what the browser cannot read. */
export async function measure(file: Blob): Promise<Measured | null> {
  const context = new OfflineAudioContext(1, 1, 48_000);
  try {
    return measured(await context.decodeAudioData(await file.arrayBuffer()));
  } catch {
    return null;
  }
}

export function loudnessOf({ level, isClipped }: Measured): Loudness {
  if (isClipped) return "clipped";
  if (level < -38) return "quiet";
  return level > -8 ? "loud" : "good";
}

/** Where a loudness stands on a scale from -60 to 0 dBFS, in percent. */
export function onScale(level: number): number {
  return Math.max(0, Math.min(100, ((level + 60) / 60) * 100));
}

function measured(sound: AudioBuffer): Measured {
  const samples = sound.getChannelData(0);
  const step = Math.max(1, Math.round(sound.sampleRate * FRAME_S));
  const powers: number[] = [];
  let peak = 0;
  let atFullScale = 0;
  for (let start = 0; start + step <= samples.length; start += step) {
    let sum = 0;
    for (const one of samples.subarray(start, start + step)) {
      sum += one * one;
      peak = Math.max(peak, Math.abs(one));
      if (Math.abs(one) >= FULL_SCALE) atFullScale += 1;
    }
    powers.push(sum / step);
  }
  const loudest = powers.reduce((one, other) => Math.max(one, other), 0);
  const active = powers.filter((one) => one >= loudest * ACTIVE_BELOW_LOUDEST);
  const mean = active.reduce((one, other) => one + other, 0) / Math.max(1, active.length);
  return {
    seconds: sound.duration,
    peak: dbfs(peak),
    level: dbfs(Math.sqrt(mean)),
    isClipped: atFullScale > 8,
  };
}

function dbfs(value: number): number {
  return 20 * Math.log10(Math.max(value, 1e-9));
}
