// Hears the beep behind a mailbox's greeting: one steady tone for a moment, and then none. Takes the frames of one call and
// keeps a few numbers. What a beep means is conversation/voicemail.

import { BYTES_PER_MS, FRAME_MS } from '../../audio_format.js';

/** Beeps are 0.2 to 1.5 s long; a shorter tone is a click or a vowel, a longer one is the line's own. */
const TONE_MS_MIN = 160;
const TONE_MS_MAX = 2_500;
/** So long after a tone it was the last: special information tones and melodies go on with another. */
const OVER_MS = 200;
/** More different tones in a row are a melody, or say that a number is not in service. */
const TONES_MAX = 2;
/** Above the pitch of voices, within the telephone's band. */
const HZ_MIN = 380;
const HZ_MAX = 2_600;
/** Share of the energy that one sine explains: 0.85 is a tone 7.5 dB above everything else. */
const PURITY_MIN = 0.85;
/** A voice glides, a tone stands. */
const DRIFT_HZ_MAX = 22;
/** Mean square below it: -46 dBFS, fainter than any beep. */
const POWER_MIN = 27_000;
/** A tone's level moves by less than 6 dB. */
const POWER_RATIO_MAX = 4;
/** One Hz, in radians a sample. */
const HZ = (2 * Math.PI) / (BYTES_PER_MS * 1_000);
/** Half of what a frame's length can tell apart: the peak is looked for between guesses so far apart. */
const STEP_HZ = 14;

export class BeepDetector {
  /** When the last beep ended, on the clock of `push`. */
  endMs = 0;
  /** The tone under way: where it lies, its mean square, how long it is, when it was heard last, frames since. */
  #hz = 0;
  #power = 0;
  #toneMs = 0;
  #toneEndMs = 0;
  #missed = 0;
  /** Different tones in a row, the end of the last. */
  #tones = 0;
  #lastHz = 0;
  #lastEndMs = 0;
  /** Mean square of the frame at hand. */
  #framePower = 0;

  /**
   * One frame that ended at `nowMs`. Returns whether a beep is over, OVER_MS after its end (`endMs`). No allocation. A few us: to
   * be asked only where somebody waits for a beep.
   */
  push(pcm: Int16Array, nowMs: number): boolean {
    const hz = this.#toneOf(pcm);
    if (hz > 0) {
      if (!this.#goesOn(hz)) {
        this.#toneEnds();
        this.#hz = hz;
        this.#power = this.#framePower;
      }
      this.#hz += (hz - this.#hz) * 0.2;
      this.#toneMs += FRAME_MS;
      this.#toneEndMs = nowMs;
      this.#missed = 0;
      return false;
    }
    // One frame may be a lost one.
    if (this.#toneMs > 0 && ++this.#missed < 2) return false;
    this.#toneEnds();
    if (this.#tones === 0 || nowMs - this.#lastEndMs < OVER_MS) return false;
    const isBeep = this.#tones <= TONES_MAX;
    this.#tones = 0;
    this.endMs = this.#lastEndMs;
    return isBeep;
  }

  #goesOn(hz: number): boolean {
    if (this.#toneMs === 0 || Math.abs(hz - this.#hz) > DRIFT_HZ_MAX) return false;
    return this.#framePower < this.#power * POWER_RATIO_MAX && this.#framePower * POWER_RATIO_MAX > this.#power;
  }

  #toneEnds(): void {
    const lengthMs = this.#toneMs;
    this.#toneMs = 0;
    if (lengthMs < TONE_MS_MIN) return;
    if (lengthMs > TONE_MS_MAX) this.#tones = TONES_MAX + 1;
    else if (this.#tones === 0 || Math.abs(this.#hz - this.#lastHz) > 2 * DRIFT_HZ_MAX) this.#tones++;
    this.#lastHz = this.#hz;
    this.#lastEndMs = this.#toneEndMs;
  }

  /**
   * The frequency of the one sine that a frame is; 0 = it is none. First guess: Pisarenko's, from two correlations, which white
   * noise does not shift; then the peak of a parabola through three Goertzel powers around it.
   */
  #toneOf(pcm: Int16Array): number {
    const count = pcm.length;
    let energy = 0;
    let r1 = 0;
    let r2 = 0;
    for (let i = 2; i < count; i++) {
      const x = pcm[i];
      energy += x * x;
      r1 += x * pcm[i - 1];
      r2 += x * pcm[i - 2];
    }
    this.#framePower = energy / (count - 2);
    if (this.#framePower < POWER_MIN || r1 === 0) return 0;
    const cosine = (r2 + Math.sqrt(r2 * r2 + 8 * r1 * r1)) / (4 * r1);
    if (!(Math.abs(cosine) < 1)) return 0;
    const guess = Math.acos(cosine) / HZ;
    if (guess < HZ_MIN - STEP_HZ || guess > HZ_MAX + STEP_HZ) return 0;
    const at = goertzel(pcm, guess);
    const below = goertzel(pcm, guess - STEP_HZ);
    const above = goertzel(pcm, guess + STEP_HZ);
    const bend = below - 2 * at + above;
    const off = bend < 0 ? Math.min(1, Math.max(-1, (below - above) / (2 * bend))) : 0;
    const peak = at - ((below - above) * off) / 4;
    const whole = energy + pcm[0] * pcm[0] + pcm[1] * pcm[1];
    const hz = guess + off * STEP_HZ;
    const isTone = (2 * peak) / (count * whole) >= PURITY_MIN && hz >= HZ_MIN && hz <= HZ_MAX;
    return isTone ? hz : 0;
  }
}

/** The power of one frequency in a frame: a sine of amplitude A and N samples has (A N / 2)^2. */
function goertzel(pcm: Int16Array, hz: number): number {
  const turn = 2 * Math.cos(hz * HZ);
  let before = 0;
  let last = 0;
  for (let i = 0; i < pcm.length; i++) {
    const next = pcm[i] + turn * last - before;
    before = last;
    last = next;
  }
  return last * last + before * before - turn * last * before;
}
