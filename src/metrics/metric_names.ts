// Every metric of the hot path, by name. Workers write these into shared memory; prometheus.ts shows them summed over
// all threads. Times are observed in milliseconds and exposed in seconds, as Prometheus asks.

import { VENDOR_NAMES, type VendorName } from '../providers/vendor_settings.js';

export interface HistogramSpec {
  /** Prometheus name, in base units. */
  name: string;
  help: string;
  /** Observed value -> base unit. Milliseconds to seconds is 0.001. */
  scale: number;
  /** Upper bounds in the observed unit, ascending; +Inf is implied. */
  bounds: readonly number[];
  /** Shown for each thread by a label `thread`, instead of summed over them. */
  perThread?: true;
}
export interface ValueSpec {
  name: string;
  help: string;
  labels?: Readonly<Record<string, string>>;
  /** Of a gauge: shown for each thread by a label `thread`, instead of summed over them. */
  perThread?: true;
}

const STAGE_MS = [5, 10, 20, 30, 50, 75, 100, 150, 200, 300, 400, 500, 750, 1000, 1500, 2000, 3000, 5000, 10000];
const FINE_MS = [0.1, 0.25, 0.5, 1, 2, 3, 5, 7.5, 10, 15, 20, 30, 50, 75, 100, 200, 500, 1000];
const MS = 0.001;

export const HISTOGRAMS = {
  stt_final_ms: {
    name: 'ringline_stt_final_seconds',
    help: 'VAD end of speech to the last final transcript of the turn.',
    scale: MS,
    bounds: STAGE_MS,
  },
  endpointing_ms: {
    name: 'ringline_endpointing_seconds',
    help: 'VAD end of speech to the decision that the turn is over.',
    scale: MS,
    bounds: STAGE_MS,
  },
  llm_first_token_ms: {
    name: 'ringline_llm_first_token_seconds',
    help: 'LLM request to its first token.',
    scale: MS,
    bounds: STAGE_MS,
  },
  tts_first_byte_ms: {
    name: 'ringline_tts_first_byte_seconds',
    help: 'First text sent to TTS to its first audio.',
    scale: MS,
    bounds: STAGE_MS,
  },
  first_audio_ms: {
    name: 'ringline_first_audio_seconds',
    help: 'VAD end of speech to the first frame of the reply on the socket.',
    scale: MS,
    bounds: STAGE_MS,
  },
  tool_ms: {
    name: 'ringline_tool_seconds',
    help: 'One tool, from the call of the model to its result.',
    scale: MS,
    bounds: STAGE_MS,
  },
  engine_added_ms: {
    name: 'ringline_engine_added_seconds',
    help: 'First audio minus endpointing hold and provider times: what this program itself added.',
    scale: MS,
    bounds: FINE_MS,
  },
  greeting_ms: {
    name: 'ringline_greeting_seconds',
    help: 'Media socket start message to the first frame of the greeting on the socket.',
    scale: MS,
    bounds: STAGE_MS,
  },
  barge_in_ms: {
    name: 'ringline_barge_in_seconds',
    help: 'Speech onset as the VAD confirmed it to CLEAR written.',
    scale: MS,
    bounds: FINE_MS,
  },
  clear_echo_ms: {
    name: 'ringline_clear_echo_seconds',
    help: 'CLEAR written to the first mark that came back for it: from then on the caller hears silence for sure.',
    scale: MS,
    bounds: STAGE_MS,
  },
  loop_lag_ms: {
    name: 'ringline_event_loop_lag_seconds',
    help: 'The longest time in each second that the event loop of a thread was held up. Its calls wait so long.',
    scale: MS,
    bounds: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2500],
    perThread: true,
  },
  vad_inference_ms: {
    name: 'ringline_vad_inference_seconds',
    help: 'One batched VAD inference.',
    scale: MS,
    bounds: [0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 7.5, 10, 15, 20, 30, 50],
  },
  vad_batch_windows: {
    name: 'ringline_vad_batch_windows',
    help: 'Windows in one batched VAD inference.',
    scale: 1,
    bounds: [1, 2, 4, 8, 16, 32, 64, 128, 256],
  },
  ring_depth_bytes: {
    name: 'ringline_ring_depth_bytes',
    help: 'Bytes waiting in a call ingress ring when the worker drains it.',
    scale: 1,
    bounds: [0, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536],
  },
  frame_late_ms: {
    name: 'ringline_frame_late_seconds',
    help: 'How long after its deadline an outbound frame was handed over.',
    scale: MS,
    bounds: FINE_MS,
  },
  tick_late_ms: {
    name: 'ringline_tick_late_seconds',
    help: 'How late the worker clock ran a tick.',
    scale: MS,
    bounds: FINE_MS,
  },
  tick_work_ms: {
    name: 'ringline_tick_work_seconds',
    help: 'How long one worker tick worked.',
    scale: MS,
    bounds: FINE_MS,
  },
  gc_pause_ms: {
    name: 'ringline_gc_pause_seconds',
    help: 'Garbage collections of one thread: all its calls wait so long.',
    scale: MS,
    bounds: FINE_MS,
  },
  ingress_delay_ms: {
    name: 'ringline_ingress_delay_seconds',
    help: 'Media bytes on the socket to the worker reading them.',
    scale: MS,
    bounds: FINE_MS,
  },
  egress_delay_ms: {
    name: 'ringline_egress_delay_seconds',
    help: 'Media message of a worker to the main thread handing it to the socket.',
    scale: MS,
    bounds: FINE_MS,
  },
  moved_gap_ms: {
    name: 'ringline_moved_gap_seconds',
    help: 'Silence in a reply whose worker died: its sound running dry on the socket to its rest. 0 = nobody heard it.',
    scale: MS,
    bounds: STAGE_MS,
  },
  webhook_ms: {
    name: 'ringline_webhook_seconds',
    help: 'Voice webhook received to TwiML answered.',
    scale: MS,
    bounds: FINE_MS,
  },
  stt_connect_ms: {
    name: 'ringline_stt_connect_seconds',
    help: 'Opening a speech-to-text socket.',
    scale: MS,
    bounds: STAGE_MS,
  },
} as const satisfies Record<string, HistogramSpec>;

/** What is counted for each vendor: kind -> name and help. */
const PROVIDER_KINDS = {
  errors: ['ringline_provider_errors_total', 'Failures of a provider.'],
  retries: ['ringline_provider_retries_total', 'Requests to a provider that were tried again.'],
  reconnects: ['ringline_provider_reconnects_total', 'Connections to a provider opened to replace a lost one.'],
  garbage: ['ringline_provider_garbage_total', 'Messages of a provider that could not be read or cannot be true.'],
  duplicates: ['ringline_provider_duplicates_total', 'Results of a provider that repeated what was final already.'],
} as const;
type ProviderCounters = { [C in `${VendorName}_${keyof typeof PROVIDER_KINDS}`]: ValueSpec };
const PROVIDER_COUNTERS = Object.fromEntries(
  VENDOR_NAMES.flatMap((provider) =>
    Object.entries(PROVIDER_KINDS).map(([kind, [name, help]]): [string, ValueSpec] => [
      `${provider}_${kind}`,
      { name, help, labels: { provider } },
    ]),
  ),
) as Record<string, ValueSpec> as ProviderCounters;
const FAILOVERS = {
  name: 'ringline_provider_failovers_total',
  help: 'Times another provider took over from one that failed or was too slow.',
};

export const COUNTERS = {
  frames_in: { name: 'ringline_frames_in_total', help: '20 ms caller frames delivered to VAD and STT.' },
  frames_lost: { name: 'ringline_frames_lost_total', help: 'Caller frames that never came.' },
  frames_late: { name: 'ringline_frames_late_total', help: 'Caller frames that came after they had been concealed.' },
  frames_concealed: { name: 'ringline_frames_concealed_total', help: 'Caller frames made up for missing ones.' },
  frames_overflowed: {
    name: 'ringline_frames_overflowed_total',
    help: 'Caller frames dropped because more came at once than the jitter buffer holds.',
  },
  media_unusual: {
    name: 'ringline_media_unusual_total',
    help: 'Media messages in another spelling than Twilio uses, read the slow way.',
  },
  media_duplicates: {
    name: 'ringline_media_duplicates_total',
    help: 'Media messages dropped because their time had been delivered already.',
  },
  media_jumps: {
    name: 'ringline_media_jumps_total',
    help: 'Times the timestamps of the caller audio began anew elsewhere.',
  },
  media_clock_corrections: {
    name: 'ringline_media_clock_corrections_total',
    help: 'Times the timestamps of the caller audio were more than a second off the time it arrived.',
  },
  vad_windows_skipped: {
    name: 'ringline_vad_windows_skipped_total',
    help: 'Windows of caller audio that the VAD never judged because it came too late.',
  },
  frames_out: { name: 'ringline_frames_out_total', help: '20 ms agent frames handed to the socket.' },
  underruns: {
    name: 'ringline_underruns_total',
    help: 'Times the caller ran out of reply audio because this program was late.',
  },
  tts_gaps: {
    name: 'ringline_tts_gaps_total',
    help: 'Times the caller ran out of reply audio because the providers were late.',
  },
  ring_dropped_ingress: {
    name: 'ringline_ring_dropped_total',
    help: 'Records lost to a full ring.',
    labels: { ring: 'ingress' },
  },
  ring_dropped_egress: {
    name: 'ringline_ring_dropped_total',
    help: 'Records lost to a full ring.',
    labels: { ring: 'egress' },
  },
  egress_held: {
    name: 'ringline_egress_held_total',
    help: 'Times reply audio had to wait because the ring to the main thread was full. Nothing is lost by that.',
  },
  socket_dropped: {
    name: 'ringline_socket_dropped_total',
    help: 'Outbound media messages dropped because the socket was backed up.',
  },
  bad_fields: {
    name: 'ringline_bad_media_total',
    help: 'Media socket messages refused.',
    labels: { problem: 'fields' },
  },
  bad_json: { name: 'ringline_bad_media_total', help: 'Media socket messages refused.', labels: { problem: 'json' } },
  bad_event: {
    name: 'ringline_bad_media_total',
    help: 'Media socket messages refused.',
    labels: { problem: 'unknown_event' },
  },
  bad_binary: {
    name: 'ringline_bad_media_total',
    help: 'Media socket messages refused.',
    labels: { problem: 'binary' },
  },
  bad_stream_sid: {
    name: 'ringline_bad_media_total',
    help: 'Media socket messages refused.',
    labels: { problem: 'stream_sid' },
  },
  bad_order: { name: 'ringline_bad_media_total', help: 'Media socket messages refused.', labels: { problem: 'order' } },
  bad_payload: {
    name: 'ringline_bad_media_total',
    help: 'Media socket messages refused.',
    labels: { problem: 'payload' },
  },
  turns: { name: 'ringline_turns_total', help: 'Caller turns answered.' },
  barge_ins: { name: 'ringline_barge_ins_total', help: 'Replies the caller cut off.' },
  false_barge_ins: {
    name: 'ringline_false_barge_ins_total',
    help: 'Replies cut off by a sound after which nothing was said; what was not heard of them was said again.',
  },
  voicemails: {
    name: 'ringline_voicemails_total',
    help: 'Calls that we dialled and a mailbox answered, where the agent minds.',
  },
  sentence_hits: {
    name: 'ringline_sentence_cache_hits_total',
    help: 'First sentences of answers whose sound was ready-made.',
  },
  sentence_misses: {
    name: 'ringline_sentence_cache_misses_total',
    help: 'First sentences of answers that the voice had to make.',
  },
  consents: {
    name: 'ringline_recording_consents_total',
    help: 'Calls whose callers were told of the recording, or agreed.',
  },
  refused_consents: { name: 'ringline_recording_refusals_total', help: 'Calls not recorded for want of a yes.' },
  hand_offs: { name: 'ringline_hand_offs_total', help: 'Calls that an agent gave to another one.' },
  tools_done: { name: 'ringline_tools_done_total', help: 'Tools that the model asked for and that did their work.' },
  tools_failed: {
    name: 'ringline_tools_failed_total',
    help: 'Tools that the model asked for in vain: refused, failed, too late, or called wrongly.',
  },
  drafts: { name: 'ringline_drafts_total', help: 'Answers begun while it was not sure yet that the turn was over.' },
  discarded_tokens: {
    name: 'ringline_discarded_tokens_total',
    help: 'Tokens, in part estimated, of answers of which nothing was heard because the caller went on.',
  },
  discarded_characters: {
    name: 'ringline_discarded_tts_characters_total',
    help: 'Characters that the voice was given of such answers.',
  },
  withdrawn: {
    name: 'ringline_answers_withdrawn_total',
    help: 'Answers taken back before anything was heard of them, because the caller went on.',
  },
  floor_holds: {
    name: 'ringline_floor_holds_total',
    help: 'Sounds of the caller for which feeding stopped until they were judged.',
  },
  floor_pauses: {
    name: 'ringline_floor_pauses_total',
    help: 'Holds that the caller heard as a silence: the sound was not judged within the lead.',
  },
  floor_resumes: { name: 'ringline_floor_resumes_total', help: 'Replies that went on after a sound that was nothing.' },
  stale_marks: { name: 'ringline_stale_marks_total', help: 'Marks that came back for audio already cleared.' },
  stale_audio: { name: 'ringline_stale_audio_total', help: 'Provider audio dropped because its reply was cancelled.' },
  reply_too_long: {
    name: 'ringline_reply_audio_cut_total',
    help: 'Chunks of reply audio dropped because two minutes of the reply were waiting already.',
  },
  ...PROVIDER_COUNTERS,
  stt_failovers: { ...FAILOVERS, labels: { role: 'stt' } },
  llm_failovers: { ...FAILOVERS, labels: { role: 'llm' } },
  tts_failovers: { ...FAILOVERS, labels: { role: 'tts' } },
  llm_hedges: {
    name: 'ringline_llm_hedges_total',
    help: 'Second requests to a model that was late with its first word.',
  },
  llm_hedges_won: { name: 'ringline_llm_hedges_won_total', help: 'Of them, those that answered first.' },
  deaf_calls: {
    name: 'ringline_deaf_calls_total',
    help: 'Times a call could not hear its caller for seconds because speech recognition was down.',
  },
  apologies: { name: 'ringline_apologies_total', help: 'Spoken apologies.' },
  fillers: { name: 'ringline_fillers_total', help: 'Times a caller was told that the answer is on its way.' },
  stt_audio_dropped: {
    name: 'ringline_stt_audio_dropped_total',
    help: 'Caller audio bytes that no STT socket was there to take.',
  },
  recording_errors: { name: 'ringline_recording_errors_total', help: 'Recordings stopped by a write error.' },
  llm_requests: { name: 'ringline_llm_requests_total', help: 'Requests sent to the model, repeats included.' },
  prompt_tokens: { name: 'ringline_llm_tokens_total', help: 'LLM tokens used.', labels: { kind: 'prompt' } },
  completion_tokens: { name: 'ringline_llm_tokens_total', help: 'LLM tokens used.', labels: { kind: 'completion' } },
  tts_characters: { name: 'ringline_tts_characters_total', help: 'Characters sent to TTS.' },
  metrics_refused: { name: 'ringline_metrics_refused_total', help: 'Observations that were not a number: a defect.' },
  operator_acts_dropped: {
    name: 'ringline_operator_acts_dropped_total',
    help: 'Acts of operators that a worker did not understand or had no room for.',
  },
  beat_errors: {
    name: 'ringline_beat_errors_total',
    help: 'Exceptions in the beat of a worker outside of any call: defects, survived.',
  },
  worker_exceptions: {
    name: 'ringline_worker_exceptions_total',
    help: 'Exceptions on worker threads that nothing caught: defects. An exception ends the calls of its thread.',
  },
  calls_started: { name: 'ringline_worker_calls_started_total', help: 'Calls taken up by workers.' },
  calls_ended: { name: 'ringline_worker_calls_ended_total', help: 'Calls ended by workers.' },
} as const satisfies Record<string, ValueSpec>;

/** Current values, summed over threads unless said otherwise. */
export const GAUGES = {
  loop_utilisation: {
    name: 'ringline_event_loop_utilisation_ratio',
    help: 'Share of the last second that a thread was busy, 0 to 1.',
    perThread: true,
  },
  tts_contexts: {
    name: 'ringline_tts_contexts',
    help: 'Utterances that the vendor of the voice is busy with now, cancelled ones included.',
  },
  worker_calls: { name: 'ringline_worker_calls', help: 'Calls on worker threads now.' },
  dsp_fallback: { name: 'ringline_dsp_fallback', help: 'Worker threads that run without the native audio code.' },
  sentence_bytes: {
    name: 'ringline_sentence_cache_bytes',
    help: 'Ready-made sound of sentences that answers begin with often, in all workers.',
  },
  vad_native: { name: 'ringline_vad_native', help: 'Worker threads whose VAD runs on the native kernel.' },
} as const satisfies Record<string, ValueSpec>;

export type HistogramName = keyof typeof HISTOGRAMS;
export type CounterName = keyof typeof COUNTERS;
export type GaugeName = keyof typeof GAUGES;
