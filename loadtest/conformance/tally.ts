// Counts judged messages by vendor, direction and type, and keeps what was wrong with them.

import { type Direction, type Exchange, VENDORS, type Vendor } from './exchange.js';
import { judge } from './judge.js';
import type { SchemaShelf } from './schema_shelf.js';

export interface Row {
  vendor: Vendor;
  direction: Direction;
  type: string;
  /** null: no schema for it. */
  schema: string | null;
  count: number;
  invalid: number;
  /** The first thing that was wrong. */
  problem: string | null;
}

export class Tally {
  messages = 0;
  invalid = 0;
  readonly #rows = new Map<string, Row>();

  constructor(readonly shelf: SchemaShelf) {}

  add(exchange: Exchange): void {
    for (const { type, schema, value, problem } of judge(exchange)) {
      const known = schema !== null && this.shelf.has(schema) ? schema : null;
      const row = this.#row(exchange, type, known);
      const wrong = problem ?? (known === null ? null : this.shelf.problem(known, value));
      this.messages++;
      row.count++;
      if (wrong === null) continue;
      this.invalid++;
      row.invalid++;
      row.problem ??= wrong;
    }
  }

  /** In the order of vendors, what we sent first. */
  get rows(): Row[] {
    const rank = ({ vendor, direction, type }: Row): string =>
      `${VENDORS.indexOf(vendor)} ${direction === 'sent' ? 0 : 1} ${type}`;
    return [...this.#rows.values()].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
  }

  /** Counts by vendor, direction, type. */
  get types(): Record<string, Record<string, Record<string, number>>> {
    const types: Record<string, Record<string, Record<string, number>>> = {};
    for (const { vendor, direction, type, count } of this.rows) {
      types[vendor] ??= {};
      types[vendor][direction] ??= {};
      types[vendor][direction][type] = count;
    }
    return types;
  }

  #row({ vendor, direction }: Exchange, type: string, schema: string | null): Row {
    const key = `${vendor} ${direction} ${type}`;
    const known = this.#rows.get(key);
    if (known) return known;
    const row: Row = { vendor, direction, type, schema, count: 0, invalid: 0, problem: null };
    this.#rows.set(key, row);
    return row;
  }
}
