// What a talk sounds like, by the numbers: read each second from the connection. Decides when one
// side is not heard. SIP says nothing of that: it calls a silent call a call.

import type { Quality } from "./agent_phone";

const SILENT_IN_MS = 5_000;
/** The other side reports each 5 s what it got of ours. */
const UNREPORTED_MS = 7_500;
/** A microphone that never gave a sound since the talk began. */
const DEAD_MICROPHONE_MS = 6_000;

/** The numbers of one moment. */
export interface Sample {
  readonly at: number;
  readonly received: number;
  /** Packets that we sent so far; a muted microphone sends silence. */
  readonly sent: number;
  readonly lost: number;
  readonly jitterMs: number;
  readonly level: number;
  readonly rttMs: number | null;
  /** When the newest report of the other side came in; null before the first. */
  readonly reportedAt: number | null;
  /** All sound that the microphone gave so far. */
  readonly spokenEnergy: number;
  readonly isMicrophoneGone: boolean;
}

/** Judges one talk. Give it a sample a second. */
export class Listener {
  private heardAt: number | null = null;
  private received = 0;
  private sentAt: number | null = null;
  private sent = 0;
  private since: number | null = null;
  private expects = true;

  /** Silence is right: the citizen is on hold. */
  expect(expected: boolean): void {
    // It is told again with every message: only a change begins the clock anew.
    if (expected === this.expects) return;
    this.expects = expected;
    this.heardAt = null;
    this.sentAt = null;
    this.since = null;
  }

  judge(sample: Sample, isMuted: boolean): Quality {
    this.heardAt ??= sample.at;
    this.since ??= sample.at;
    if (sample.received > this.received) this.heardAt = sample.at;
    this.received = sample.received;
    this.sentAt ??= sample.at;
    if (sample.sent > this.sent) this.sentAt = sample.at;
    this.sent = sample.sent;
    return {
      packetsReceived: sample.received,
      packetsLost: sample.lost,
      jitterMs: sample.jitterMs,
      rttMs: sample.rttMs,
      level: sample.level,
      oneWay: this.expects ? this.oneWay(sample, isMuted) : null,
    };
  }

  private oneWay(sample: Sample, isMuted: boolean): Quality["oneWay"] {
    if (sample.at - (this.heardAt ?? sample.at) >= SILENT_IN_MS) return "no_audio_in";
    if (sample.at - (this.sentAt ?? sample.at) >= SILENT_IN_MS) return "no_audio_out";
    const since = this.since ?? sample.at;
    const reported = Math.max(sample.reportedAt ?? since, since);
    if (sample.at - reported >= UNREPORTED_MS) return "no_audio_out";
    const isDead = sample.spokenEnergy === 0 && sample.at - since >= DEAD_MICROPHONE_MS;
    return !isMuted && (isDead || sample.isMicrophoneGone) ? "no_audio_out" : null;
  }
}

interface Row {
  readonly type: string;
  readonly kind?: string;
  readonly timestamp: number;
  readonly [name: string]: unknown;
}

/** Read a connection's numbers. */
export async function sampleOf(connection: RTCPeerConnection): Promise<Sample> {
  const rows: Row[] = [];
  (await connection.getStats()).forEach((row: Row) => rows.push(row));
  const find = (type: string) => rows.find((row) => row.type === type && row.kind === "audio");
  const inbound = find("inbound-rtp");
  const report = find("remote-inbound-rtp");
  const source = find("media-source");
  const rtt = report?.["roundTripTime"];
  const track = connection.getSenders().find((sender) => sender.track?.kind === "audio")?.track;
  return {
    at: performance.now(),
    received: numberOf(inbound, "packetsReceived"),
    sent: numberOf(find("outbound-rtp"), "packetsSent"),
    lost: numberOf(inbound, "packetsLost"),
    jitterMs: Math.round(numberOf(inbound, "jitter") * 1000),
    level: numberOf(inbound, "audioLevel"),
    rttMs: typeof rtt === "number" ? Math.round(rtt * 1000) : null,
    reportedAt: report === undefined ? null : report.timestamp - performance.timeOrigin,
    spokenEnergy: numberOf(source, "totalAudioEnergy"),
    isMicrophoneGone: track === undefined || track === null
      || track.readyState === "ended" || track.muted,
  };
}

function numberOf(row: Row | undefined, name: string): number {
  const value = row?.[name];
  return typeof value === "number" ? value : 0;
}
