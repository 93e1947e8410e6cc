import {
  parseDuration,
  parseFactor,
  parseShare,
} from '../../contracts/quantities/quantity-text.js';
import { meant } from '../../scenario/suggest.js';
import { OptionError } from '../errors.js';

/** A fault of the menu on one target: its kind and fields as in a scenario, and its effect in words. */
export interface Serving {
  readonly kind: string;
  readonly fields: Readonly<Record<string, string | number>>;
  readonly words: string;
}

/** One kind of fault to try. */
interface Entry {
  /** Default strength; null = it has none. */
  readonly usual: string | null;
  readonly isRight: (strength: string) => boolean;
  /** The fault on a component; null = it hits no components, or not this one. */
  readonly onComponent: (name: string, instances: number, strength: string) => Serving | null;
  /** The fault on an edge, `a->b`; null = it hits no edges. */
  readonly onEdge: (edge: string, strength: string) => Serving | null;
}

/** An entry of the menu with its strength as written; '' where it has none. */
export interface Dish extends Omit<Entry, 'usual' | 'isRight'> {
  readonly name: string;
  readonly strength: string;
}

const NONE = (): null => null;
const WITHOUT_STRENGTH = { usual: null, isRight: () => false };

const ENTRIES = new Map<string, Entry>(
  Object.entries({
    down: {
      ...WITHOUT_STRENGTH,
      onComponent: (name) => ({ kind: 'crash', fields: {}, words: `${name} is down` }),
      onEdge: NONE,
    },
    instance: {
      ...WITHOUT_STRENGTH,
      onComponent: (name, instances) => {
        const words = `1 of ${instances} instances of ${name} is down`;
        return instances < 2 ? null : { kind: 'crash', fields: { instances: 1 }, words };
      },
      onEdge: NONE,
    },
    slow: {
      usual: '10',
      isRight: (text) => /^\d+(\.\d+)?$/.test(text) && parseFactor(Number(text)) > 1,
      onComponent: (name, _instances, strength) => {
        const fields = { factor: Number(strength) };
        return { kind: 'slow', fields, words: `${name} is ${strength}x slower` };
      },
      onEdge: NONE,
    },
    errors: {
      usual: '50%',
      isRight: (text) => parseShare(text) > 0,
      onComponent: (name, _instances, share) => {
        const words = `${name} fails ${share} of its requests`;
        return { kind: 'error', fields: { share }, words };
      },
      onEdge: NONE,
    },
    latency: {
      usual: '250ms',
      isRight: (text) => parseDuration(text) > 0,
      onComponent: NONE,
      onEdge: (edge, add) => {
        return {
          kind: 'latency',
          fields: { add },
          words: `${edge}: each message takes ${add} longer`,
        };
      },
    },
    loss: {
      usual: '10%',
      isRight: (text) => parseShare(text) > 0 && parseShare(text) < 1,
      onComponent: NONE,
      onEdge: (edge, share) => {
        return { kind: 'loss', fields: { share }, words: `${edge} loses ${share} of its packets` };
      },
    },
  } satisfies Record<string, Entry>),
);

/** All kinds with their default strengths. */
export const MENU: readonly Dish[] = [...ENTRIES].map(([name, { usual, ...own }]) => {
  return { ...own, name, strength: usual ?? '' };
});

/** The entries of a menu: `down`, `slow=3`, `errors=20%`. Throws an OptionError for a word that is none. */
export function dishesOf(words: readonly string[]): readonly Dish[] {
  const dishes = words.map((word) => dishOf(word.trim()));
  const repeated = dishes.find(({ name }, i) => dishes.findIndex((one) => one.name === name) !== i);
  if (repeated === undefined) return dishes;
  throw wrong(`${repeated.name} is listed twice.`, repeated.name);
}

function dishOf(word: string): Dish {
  const [name, strength, ...rest] = word.split('=');
  const entry = ENTRIES.get(name!);
  if (entry === undefined || rest.length > 0) {
    throw wrong(`'${word}' is none of ${[...ENTRIES.keys()].join(', ')}.`, word);
  }
  const { usual } = entry;
  if (strength === undefined) return { ...entry, name: name!, strength: usual ?? '' };
  if (usual === null) throw wrong(`${name} has no strength: write ${name}.`, word);
  if (isRight(entry, strength)) return { ...entry, name: name!, strength };
  throw wrong(`${word}: expected a value such as ${usual}.`, word);
}

function wrong(message: string, found: string): OptionError {
  const allowed = [...ENTRIES.keys()];
  const suggestion = meant(found.split('=')[0]!, allowed);
  const near = suggestion === undefined ? {} : { suggestion };
  return new OptionError(message, { option: 'faults', found, allowed, ...near });
}

function isRight(entry: Entry, strength: string): boolean {
  try {
    return entry.isRight(strength);
  } catch {
    return false;
  }
}
