import type { PlanKey } from '../contracts/plan/plan.js';
import { ADDRESS_KEY } from '../contracts/patterns/policy.js';
import type { KeyPopulation } from '../contracts/scenario/keys.js';
import { sortedEntries } from './canonical.js';
import { byCodeUnit } from '../text/order.js';
import type { Layout } from './layout.js';
import type { Problems } from './problem.js';

/** The keys of a plan: declared ones, and built-in ones that are used. */
export class KeyTable {
  readonly list: PlanKey[];
  private readonly layout: Layout;
  private readonly problems: Problems;

  constructor(keys: ReadonlyMap<string, KeyPopulation>, layout: Layout, problems: Problems) {
    this.list = sortedEntries(keys).map(([name, population]) => {
      return { name, population, pins: pinsOf(name, layout) };
    });
    this.layout = layout;
    this.problems = problems;
  }

  /** Returns the index of a key; null = -1. `place` and `what` describe its user in messages. */
  use(name: string | null, place: string, what: string): number {
    if (name === null) return -1;
    const index = this.list.findIndex((candidate) => candidate.name === name);
    if (index >= 0) return index;
    const population = this.builtIn(name);
    if (population !== null) return this.list.push({ name, population, pins: null }) - 1;
    const known = this.list.map((key) => key.name).sort(byCodeUnit);
    const list = known.length === 0 ? 'none is declared' : `declared: ${known.join(', ')}`;
    this.problems.add('FL707', place, `${what} cannot be keyed by \`${name}\`; ${list}`);
    return -1;
  }

  private builtIn(name: string): PlanKey['population'] | null {
    switch (name) {
      case 'request':
        return { kind: 'unique' };
      case 'workload':
      case 'caller':
        return { kind: name };
      case 'client':
      case ADDRESS_KEY:
        return {
          kind: name === 'client' ? 'client' : 'address',
          clients: this.layout.components.map(({ source }) =>
            source.kind === 'workload' ? source.workload.clients : 0,
          ),
        };
      default:
        return null;
    }
  }
}

/** Values of a key that user requests set, by part; null = none sets it. */
function pinsOf(name: string, { parts }: Layout): Float64Array | null {
  const pins = Float64Array.from(parts, ({ source }) =>
    source.kind === 'request' ? (source.request.keys.get(name) ?? NaN) : NaN,
  );
  return pins.every((pin) => Number.isNaN(pin)) ? null : pins;
}
