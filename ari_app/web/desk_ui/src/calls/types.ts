export interface RecordingFile {
  readonly file: string;
  readonly kind: string;
  readonly duration_s: number;
  readonly problem: string | null;
}

export interface FoundCall {
  readonly call_id: string;
  readonly arrived_at: number;
  readonly answered_at: number | null;
  readonly ended_at: number | null;
  readonly wait_s: number | null;
  readonly caller: string;
  readonly region: string;
  readonly dialled: string;
  readonly language: string | null;
  readonly queue: string;
  readonly outcome: string | null;
  readonly agents: readonly string[];
  readonly ticket_id: string | null;
  readonly case_type: string | null;
  readonly urgency: string | null;
  readonly is_confidential: boolean;
  readonly recordings: readonly RecordingFile[];
}

export interface FoundCalls {
  readonly calls: readonly FoundCall[];
  readonly next: string | null;
}
