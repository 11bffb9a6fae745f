// The ring in the agent's ears: the tone of a Chinese exchange, one second of five. Decides nothing
// of when. A browser that allows no sound before the first click stays silent.

const HERTZ = 450;
const VOLUME = 0.15;

export class Ringer {
  private context: AudioContext | null = null;
  private timer: ReturnType<typeof setInterval> | undefined;

  start(): void {
    if (this.context !== null) return;
    try {
      this.context = new AudioContext();
    } catch {
      return; // No sound is no reason to miss the call: the page shows it too.
    }
    this.once();
    this.timer = setInterval(() => this.once(), 5_000);
  }

  stop(): void {
    clearInterval(this.timer);
    void this.context?.close();
    this.context = null;
  }

  private once(): void {
    const context = this.context;
    if (context === null) return;
    const tone = context.createOscillator();
    const volume = context.createGain();
    tone.frequency.value = HERTZ;
    volume.gain.value = VOLUME;
    tone.connect(volume).connect(context.destination);
    tone.start();
    tone.stop(context.currentTime + 1);
  }
}
