import { packed, STATES, type Reading } from '../../browser/readings.js';
import type { HealthState } from '../../contracts/result/cascade.js';

/** The figures that the pictures of a page read out: each of them once, by index. */
export class PageReadings {
  readonly all: Reading[] = [];
  private readonly known = new Map<string, number>();
  /** By the values themselves: pictures of several sizes show the same ones. */
  private readonly byValues = new WeakMap<readonly (number | null)[], Map<string, number>>();

  /** Index of a figure; a figure that is there already is not stored again. */
  add(label: string, unit: Reading['unit'], values: readonly (number | null)[]): number {
    const name = `${unit} ${label}`;
    const same = this.byValues.get(values)?.get(name);
    if (same !== undefined) return same;
    const index = this.indexOf({ label, unit, values: packed(values) });
    const own = this.byValues.get(values) ?? new Map<string, number>();
    this.byValues.set(values, own.set(name, index));
    return index;
  }

  private indexOf(reading: Reading): number {
    const { label, unit } = reading;
    const key = `${label}\n${unit}\n${reading.values}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    this.known.set(key, this.all.length);
    return this.all.push(reading) - 1;
  }

  /** Index of the health of a subject. */
  states(label: string, states: readonly HealthState[]): number {
    return this.add(
      label,
      'state',
      states.map((state) => STATES.indexOf(state)),
    );
  }
}
