// The one reader of the environment. Everything else gets a frozen, checked `EngineConfig`.

/** All settings of the engine. Structured-clone safe: worker threads get a copy. */
export interface EngineConfig {
  host: string;
  port: number;
  /** `https://voice.example.com`, no trailing slash; null = derive from each request. */
  publicUrl: string | null;
  /** Addresses or CIDR blocks whose X-Forwarded-* headers count. */
  trustedProxies: string[];
  corsOrigins: string[];
  /** `--test`: more logging, longer TTS deadlines, full errors in the log. */
  testMode: boolean;
  twilio: { accountSid: string; authToken: string; phoneNumber: string; baseUrl: string | null; validate: boolean };
  deepgram: {
    apiKey: string;
    baseUrl: string | null;
    model: string;
    language: string;
    /** Silence after which Deepgram itself ends an utterance; our own Finalize normally comes first. */
    endpointingMs: number;
    connectTimeoutMs: number;
    /** Audio goes in but no message came for this long: the socket is replaced. */
    stallTimeoutMs: number;
  };
  openai: {
    apiKey: string;
    /** Includes `/v1`; null = the vendor's. */
    baseUrl: string | null;
    model: string;
    temperature: number;
    maxTokens: number;
    firstTokenTimeoutMs: number;
    stallTimeoutMs: number;
    /** Attempts after the first, only while nothing was spoken yet. */
    retries: number;
  };
  cartesia: {
    apiKey: string;
    baseUrl: string | null;
    voiceId: string;
    model: string;
    language: string;
    connectTimeoutMs: number;
    firstAudioTimeoutMs: number;
    stallTimeoutMs: number;
    /** Utterances under way on one socket before another is opened. */
    contextsPerSocket: number;
  };
  vad: {
    /** `auto`: the native kernel when it is there and agrees with onnxruntime, else onnxruntime. */
    engine: 'auto' | 'onnx' | 'native';
    /** Probability at which speech begins, and below which it may end. */
    startThreshold: number;
    endThreshold: number;
    /** Speech must last this long to count, silence this long to end it. */
    minSpeechMs: number;
    minSilenceMs: number;
  };
  turn: {
    /** Silence that ends a turn whose transcript reads as finished / unfinished. Counted from the end of speech. */
    silenceMsMin: number;
    silenceMsMax: number;
    /** How long to wait for the final transcript after Finalize. */
    sttFinalTimeoutMs: number;
    /** Speech of the caller shorter than this does not interrupt. */
    bargeInMinSpeechMs: number;
    /** The first part of the greeting that can't be interrupted. */
    greetingProtectMs: number;
    /** Nobody says anything: ask once after this, end the call after twice this. */
    idlePromptMs: number;
  };
  pacing: {
    /** How far ahead of real time audio is handed to Twilio: 160-200 ms. */
    leadMs: number;
    /** Audio in one outbound media message; a multiple of 20. */
    messageMs: number;
  };
  recording: { enabled: boolean; dir: string; retentionDays: number };
  calls: {
    /** Calls at once on this process. */
    max: number;
    workers: number;
    maxDurationS: number;
    /** From webhook to `start` on the media socket. */
    startTimeoutMs: number;
  };
  log: { level: string; dir: string | null; pii: boolean };
  agent: {
    /** JSON file with a persona; null = the one that ships. */
    file: string | null;
  };
}
