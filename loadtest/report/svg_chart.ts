// A line chart as inline SVG: no script, no font, no network. Pure.

export interface ChartSeries {
  name: string;
  /** CSS colour. */
  colour: string;
  /** x ascending; y null = nothing known there, the line is interrupted. */
  points: readonly { x: number; y: number | null }[];
}

export interface ChartOptions {
  title: string;
  /** Of y, behind each number: `ms`, `%`. */
  unit: string;
  /** Shaded stretch of x: the measured window. */
  window: readonly [number, number];
  /** Vertical lines with a text. */
  marks: readonly { x: number; text: string }[];
}

const WIDTH = 720;
const HEIGHT = 220;
const LEFT = 56;
const RIGHT = 12;
const TOP = 30;
const BOTTOM = 28;

export function lineChart(series: readonly ChartSeries[], { title, unit, window, marks }: ChartOptions): string {
  const points = series.flatMap((each) => each.points);
  const xs = points.map(({ x }) => x);
  const ys = points.flatMap(({ y }) => (y === null ? [] : [y]));
  const xMin = Math.min(...xs, window[0]);
  const xMax = Math.max(...xs, window[1], xMin + 1);
  const yTicks = ticks(Math.max(...ys, 0.001));
  const yMax = yTicks[yTicks.length - 1];
  const px = (x: number): number => round(LEFT + ((x - xMin) / (xMax - xMin)) * (WIDTH - LEFT - RIGHT));
  const py = (y: number): number => round(HEIGHT - BOTTOM - (y / yMax) * (HEIGHT - TOP - BOTTOM));
  const parts = [
    `<rect class="window" x="${px(window[0])}" y="${TOP}" width="${round(px(window[1]) - px(window[0]))}" height="${HEIGHT - TOP - BOTTOM}"/>`,
    ...yTicks.map(
      (y) =>
        `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${py(y)}" y2="${py(y)}"/><text x="${LEFT - 6}" y="${py(y) + 4}" text-anchor="end">${label(y)}</text>`,
    ),
    ...xTicks(xMin, xMax).map((x) => `<text x="${px(x)}" y="${HEIGHT - 8}" text-anchor="middle">${x} s</text>`),
    ...marks.map(
      ({ x, text }) =>
        `<line class="mark" x1="${px(x)}" x2="${px(x)}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"><title>${escaped(text)}</title></line>`,
    ),
    ...series.map(({ points: line, colour }) => `<path d="${path(line, px, py)}" stroke="${colour}"/>`),
    `<text class="title" x="${LEFT}" y="16">${escaped(title)}, ${escaped(unit)}</text>`,
    ...legend(series),
  ];
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)}">${parts.join('')}</svg>`;
}

function path(points: ChartSeries['points'], px: (x: number) => number, py: (y: number) => number): string {
  let drawing = false;
  let d = '';
  for (const { x, y } of points) {
    if (y !== null) d += `${drawing ? 'L' : 'M'}${px(x)} ${py(y)}`;
    // A lone point is a short stroke: without length it would not be drawn.
    if (y !== null && !drawing) d += 'h0.5';
    drawing = y !== null;
  }
  return d;
}

function legend(series: readonly ChartSeries[]): string[] {
  let right = WIDTH - RIGHT;
  return series.toReversed().map(({ name, colour }) => {
    const text = `<text x="${right}" y="16" text-anchor="end" fill="${colour}" class="name">${escaped(name)}</text>`;
    right -= name.length * 6.6 + 14;
    return text;
  });
}

/** From zero in round steps, the last one at or above `max`. */
export function ticks(max: number): number[] {
  const power = 10 ** Math.floor(Math.log10(max / 4));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n * 5 >= max)!;
  return Array.from({ length: Math.ceil(max / step) + 1 }, (_, i) => Number((i * step).toPrecision(12)));
}

function xTicks(min: number, max: number): number[] {
  const [, step = 1] = ticks(max - min);
  const first = Math.ceil(min / step) * step;
  return Array.from({ length: Math.floor((max - first) / step) + 1 }, (_, i) =>
    Number((first + i * step).toPrecision(12)),
  );
}

function label(value: number): string {
  return String(value);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}
