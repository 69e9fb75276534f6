// One spelling for whoever reads us from outside: REST, files, events and log fields are snake_case, as Twilio's and most
// vendors' are. Inside, names are TypeScript's.

const known = new Map<string, string>();

/** `callSid` -> `call_sid`. Names come from our own code, so there are few of them and each is looked at once. */
export function snakeCase(name: string): string {
  let snake = known.get(name);
  if (snake === undefined) {
    snake = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
    if (known.size < 1000) known.set(name, snake);
  }
  return snake;
}

type Snake<S extends string> = S extends `${infer Head}${infer Tail}`
  ? `${Head extends Lowercase<Head> ? Head : `_${Lowercase<Head>}`}${Snake<Tail>}`
  : S;

/** What `snakeCased` makes of a type of plain data. */
export type SnakeCased<T> = T extends readonly (infer E)[]
  ? SnakeCased<E>[]
  : T extends object
    ? { [K in keyof T as Snake<K & string>]: SnakeCased<T[K]> }
    : T;

/** A copy of plain data with every name in snake_case, at any depth. */
export function snakeCased<T extends object>(value: T): SnakeCased<T> {
  const entries = Object.entries(value).map(([name, part]) => [snakeCase(name), copied(part)]);
  return Object.fromEntries(entries) as SnakeCased<T>;
}

function copied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copied);
  return typeof value === 'object' && value !== null ? snakeCased(value) : value;
}
