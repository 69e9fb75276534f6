// When the parts of an answer happened, for traces: told beside a turn's row and kept nowhere. Types only.

export interface TurnStages {
  /** Call time in ms (ms since the media stream began); null = did not happen. The model was asked: */
  requestMs: number | null;
  firstTokenMs: number | null;
  /** All of it was written. */
  writtenMs: number | null;
  /** The voice was given its first words, and made its first sound. */
  firstPieceMs: number | null;
  firstAudioMs: number | null;
  /** Of all requests since the turn before, those for drafts among them. */
  promptTokens: number;
  completionTokens: number;
}
