// When an agent is there: hours by the days of the week in its own time zone, and days on which it is not. Pure: the time
// is an argument. What a caller outside of the hours gets is decided where calls come in.

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Day = (typeof DAYS)[number];

/** Minutes of a day: open from the first, closed from the second on. Up to 48 hours: a night belongs to its evening. */
export type Span = readonly [fromMin: number, toMin: number];

/** Parsed once, when the agent is made. */
export interface OpeningHours {
  /** IANA name, Europe/Berlin. */
  timezone: string;
  /** A day without an entry is closed. */
  days: Readonly<Partial<Record<Day, readonly Span[]>>>;
  /** Local dates, YYYY-MM-DD, on which no opening begins. */
  holidays: readonly string[];
}

const DAY_MIN = 24 * 60;
const SPAN = /^([01]?\d|2[0-3]):([0-5]\d)\s*-\s*([01]?\d|2[0-4]):([0-5]\d)$/;

/**
 * `09:00-12:30, 14:00-18:00` as spans. A span that ends before it begins goes on past midnight; `24:00` is a day's end.
 * null when it can't be meant.
 */
export function parseSpans(text: string): Span[] | null {
  const spans: Span[] = [];
  for (const part of text.split(',')) {
    const match = SPAN.exec(part.trim());
    if (match === null) return null;
    const [from, to] = [minutes(match[1], match[2]), minutes(match[3], match[4])];
    if (to > DAY_MIN || from === to) return null;
    spans.push([from, to > from ? to : to + DAY_MIN]);
  }
  return spans;
}

/** The days that `mon`, `mon-fri` or `sat, sun` names; null when it can't be meant. */
export function parseDays(text: string): Day[] | null {
  const days: Day[] = [];
  for (const part of text.toLowerCase().split(',')) {
    const ends = part
      .trim()
      .split('-')
      .map((name) => DAYS.indexOf(name.trim() as Day));
    if (ends.length > 2 || ends.includes(-1)) return null;
    const [from, to = from] = ends;
    for (let at = from; ; at = (at + 1) % DAYS.length) {
      days.push(DAYS[at]);
      if (at === to) break;
    }
  }
  return days;
}

/** Hours as a file has them, names of days -> spans, by day; all are good. */
export function hoursByDay(text: Readonly<Record<string, string>>): OpeningHours['days'] {
  const days: Partial<Record<Day, readonly Span[]>> = {};
  for (const [names, spans] of Object.entries(text)) {
    for (const day of parseDays(names) ?? []) days[day] = [...(days[day] ?? []), ...(parseSpans(spans) ?? [])];
  }
  return days;
}

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** @param atMs Unix time */
export function isOpen(hours: OpeningHours, atMs: number): boolean {
  const today = localTime(hours.timezone, atMs);
  // The night of the day before: noon of the local date minus a day is that date whatever the clocks did meanwhile.
  const yesterday = new Date(Date.parse(`${today.date}T12:00:00Z`) - DAY_MIN * 60_000);
  const before = yesterday.toISOString().slice(0, 10);
  return covers(hours, today.date, today.minute) || covers(hours, before, today.minute + DAY_MIN);
}

function covers({ days, holidays }: OpeningHours, date: string, minute: number): boolean {
  if (holidays.includes(date)) return false;
  // Sunday is 0 there.
  const day = DAYS[(new Date(`${date}T12:00:00Z`).getUTCDay() + 6) % 7];
  return (days[day] ?? []).some(([from, to]) => minute >= from && minute < to);
}

/** Making one costs some 50 µs, and agents have few zones. */
const FORMATS = new Map<string, Intl.DateTimeFormat>();

function localTime(timeZone: string, atMs: number): { date: string; minute: number } {
  let format = FORMATS.get(timeZone);
  if (format === undefined) {
    const fields = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const;
    format = new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', ...fields });
    FORMATS.set(timeZone, format);
  }
  const part = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, value]));
  return { date: `${part.year}-${part.month}-${part.day}`, minute: minutes(part.hour, part.minute) };
}

function minutes(hours: string, minute: string): number {
  return Number(hours) * 60 + Number(minute);
}
