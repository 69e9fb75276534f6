// A filter of second order, sample by sample (Robert Bristow-Johnson's audio EQ cookbook, Butterworth), at 8 kHz.

const RATE_HZ = 8000;

export class Biquad {
  #x1 = 0;
  #x2 = 0;
  #y1 = 0;
  #y2 = 0;

  private constructor(
    readonly b0: number,
    readonly b1: number,
    readonly b2: number,
    readonly a1: number,
    readonly a2: number,
  ) {}

  static lowPass(hz: number): Biquad {
    const { cos, alpha } = angle(hz);
    return normalised((1 - cos) / 2, 1 - cos, (1 - cos) / 2, cos, alpha);
  }

  static highPass(hz: number): Biquad {
    const { cos, alpha } = angle(hz);
    return normalised((1 + cos) / 2, -(1 + cos), (1 + cos) / 2, cos, alpha);
  }

  static of(b0: number, b1: number, b2: number, a1: number, a2: number): Biquad {
    return new Biquad(b0, b1, b2, a1, a2);
  }

  step(x: number): number {
    const y = this.b0 * x + this.b1 * this.#x1 + this.b2 * this.#x2 - this.a1 * this.#y1 - this.a2 * this.#y2;
    this.#x2 = this.#x1;
    this.#x1 = x;
    this.#y2 = this.#y1;
    this.#y1 = y;
    return y;
  }
}

function angle(hz: number): { cos: number; alpha: number } {
  const w = (2 * Math.PI * hz) / RATE_HZ;
  return { cos: Math.cos(w), alpha: Math.sin(w) * Math.SQRT1_2 };
}

function normalised(b0: number, b1: number, b2: number, cos: number, alpha: number): Biquad {
  const a0 = 1 + alpha;
  return Biquad.of(b0 / a0, b1 / a0, b2 / a0, (-2 * cos) / a0, (1 - alpha) / a0);
}
