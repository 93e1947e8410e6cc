import { invariant } from '../kernel/invariant.js';
import type { KeyPopulation, Layer } from '../spec/scenario.js';
import type { PlanLimiter } from '../spec/plan.js';
import type { Problems } from './problem.js';
import { byCodeUnit, sortedEntries } from './canonical.js';

/** The rate limiters that stand in middleware chains: one for each place in the scenario. */
export class Limiters {
  readonly list: PlanLimiter[] = [];
  readonly keys: readonly { readonly name: string; readonly population: KeyPopulation }[];
  private readonly byPlace = new Map<string, number>();
  private readonly problems: Problems;

  constructor(keys: ReadonlyMap<string, KeyPopulation>, problems: Problems) {
    this.keys = sortedEntries(keys).map(([name, population]) => ({ name, population }));
    this.problems = problems;
  }

  /**
   * Number of the limiter at this place; endpoints of one service share those of its middleware.
   * `place` is its path in the file.
   */
  at(place: string, component: number, layer: Layer): number {
    const known = this.byPlace.get(place);
    if (known !== undefined) return known;
    const id = this.list.push({ component, layer, key: this.keyOf(layer, place) }) - 1;
    this.byPlace.set(place, id);
    return id;
  }

  /** Number of a key of the scenario. */
  keyNumber(name: string): number {
    const index = this.keys.findIndex((candidate) => candidate.name === name);
    invariant(index >= 0, 'key-unknown');
    return index;
  }

  private keyOf(layer: Layer, place: string): number {
    const { key } = (layer.config ?? {}) as { readonly key?: unknown };
    if (typeof key !== 'string') return -1;
    const index = this.keys.findIndex((candidate) => candidate.name === key);
    if (index < 0) {
      const known = this.keys.map(({ name }) => name).sort(byCodeUnit);
      const list = known.length === 0 ? 'none is declared' : `declared: ${known.join(', ')}`;
      this.problems.add('FL707', place, `a limiter cannot be keyed by \`${key}\`; ${list}`);
    }
    return index;
  }
}
