// Changes the sample rate of a whole recording. Own code, apart from the engine's resampler: a simulator that shared
// the engine's mistakes would hide them.

/** Zero crossings of the sinc on each side: ~60 dB of stop band with the Blackman window. */
const LOBES = 8;

/** `input` at `outputHz`, low-passed against aliasing. Any pair of rates. */
export function resample(input: Int16Array, inputHz: number, outputHz: number): Int16Array {
  if (inputHz === outputHz) return input.slice();
  const step = inputHz / outputHz;
  // Cut-off as a share of the input rate's Nyquist frequency; a little below the output's, for the transition band.
  const cutoff = Math.min(1, outputHz / inputHz) * 0.92;
  const reach = LOBES / cutoff;
  const kernel = sampledKernel(cutoff, reach);
  const output = new Int16Array(Math.floor(input.length / step));
  for (let i = 0; i < output.length; i++) {
    const center = i * step;
    const first = Math.max(0, Math.ceil(center - reach));
    const last = Math.min(input.length - 1, Math.floor(center + reach));
    let sum = 0;
    for (let j = first; j <= last; j++) sum += input[j] * kernel[Math.round(Math.abs(j - center) * KERNEL_STEPS)];
    output[i] = Math.max(-32768, Math.min(32767, Math.round(sum)));
  }
  return output;
}

const KERNEL_STEPS = 256;

/** One side of the windowed sinc, `KERNEL_STEPS` values per input sample. */
function sampledKernel(cutoff: number, reach: number): Float64Array {
  return Float64Array.from({ length: Math.ceil(reach * KERNEL_STEPS) + 2 }, (_, i) => {
    const x = i / KERNEL_STEPS;
    if (x >= reach) return 0;
    const window = 0.42 + 0.5 * Math.cos((Math.PI * x) / reach) + 0.08 * Math.cos((2 * Math.PI * x) / reach);
    const phase = Math.PI * cutoff * x;
    return cutoff * window * (phase === 0 ? 1 : Math.sin(phase) / phase);
  });
}
