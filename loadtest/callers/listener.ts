// What a person with a telephone at the ear notices: the agent speaks, has spoken since, has been silent since. From the sound
// that was played alone. Pure: time is an argument.

import type { Playout } from '../simulators/twilio/playout.js';

/** Silence after which the agent's next sound is the beginning of something. */
const STRETCH_GAP_MS = 400;
const HEARD_MS = 40;
/** Mean level of sound, of 32768: -45 dBFS. */
const SOUND_LEVEL = 184;

export class Listener {
  /** When the present or last stretch of the agent's speech began; null = nothing was heard yet. */
  onsetMs: number | null = null;
  /** When its last sound was. */
  lastSoundMs = Number.NEGATIVE_INFINITY;
  isSpeaking = false;

  /** Call every few milliseconds. */
  listen(ear: Playout, nowMs: number): void {
    const heard =
      ear.isPlaying(nowMs) || nowMs - ear.emptyAtMs < HEARD_MS ? ear.heardAudio(nowMs - HEARD_MS, nowMs) : NOTHING;
    let sum = 0;
    for (const sample of heard) sum += Math.abs(sample);
    this.isSpeaking = heard.length > 0 && sum / heard.length > SOUND_LEVEL;
    if (!this.isSpeaking) return;
    if (nowMs - this.lastSoundMs > STRETCH_GAP_MS) this.onsetMs = nowMs;
    this.lastSoundMs = nowMs;
  }

  silentForMs(nowMs: number): number {
    return nowMs - this.lastSoundMs;
  }

  /** How long it has been speaking; 0 when it is silent (a short pause is none). */
  speakingForMs(nowMs: number): number {
    if (this.onsetMs === null || this.silentForMs(nowMs) > STRETCH_GAP_MS) return 0;
    return nowMs - this.onsetMs;
  }
}

const NOTHING = new Int16Array(0);
