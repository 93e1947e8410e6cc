import { DISTRIBUTION_KINDS } from '../../contracts/quantities/distribution-text.js';
import { flow } from '../../text/flow.js';
import { entries, get, pathText, plain, text, type Node, type Place } from '../located.js';
import { scaled, scaledArrivals } from '../scaling.js';

/** A quantity that describes the system or what happens to it: a time, a rate, a share or a size that someone measured or guessed. */
export interface ModelInput {
  readonly path: string;
  /** The value as it is written, or its main quantity. */
  readonly text: string;
  /** The comment of its line says that it is not measured. */
  readonly isMarked: boolean;
  /** The value of a whole number, which stays one; null for other quantities. */
  readonly whole: number | null;
  /** The text of a multiple. */
  readonly times: (factor: number) => string;
}

/** Sections in which every quantity is a fact, and fields of components that are facts. All others are settings. */
const FACTS: ReadonlySet<string> = new Set(['network', 'workloads', 'faults']);
const FIELDS: ReadonlySet<string> = new Set([
  'endpoints',
  'operations',
  'lifecycle',
  'connectWork',
  'latency',
  'pauses',
  'errors',
]);
/** Within facts: what a policy or an operator chooses, and when something begins, which changes no answer. */
const CHOICES: ReadonlySet<string> = new Set([
  'policy',
  'policies',
  'timeout',
  'retry',
  'preStop',
  'drain',
  'at',
  'every',
  'start',
  'name',
  'target',
]);
/** Numbers without a unit that are guesses as well. */
const PLAIN: ReadonlySet<string> = new Set(['weight', 'factor']);

/** Sections of which nothing is a guess about the system. */
const ABOUT: ReadonlySet<string> = new Set(['run', 'report', 'variants', 'budgets', 'expect']);

/**
 * The quantities of a scenario that may be wrong, in the order of the file: facts, and whatever is marked as a guess. Settings
 * that an operator chooses are none. `isMarked`: whether the line of a place says that it is a guess.
 */
export function inputsOf(written: Node, isMarked: (at: Place) => boolean): readonly ModelInput[] {
  return entries(written).flatMap(([section, { value }]) => {
    if (ABOUT.has(section)) return [];
    if (FACTS.has(section))
      return within(value, section, { field: section, isFact: true, isMarked });
    if (value.type !== 'map') return [];
    return entries(value).flatMap(([name, { value: component }]) =>
      entries(component).flatMap(([field, { value: own }]) => {
        const isFact = FIELDS.has(field);
        return within(own, pathText([section, name, field]), { field, isFact, isMarked });
      }),
    );
  });
}

/** What is known of a value besides itself. */
interface Standing {
  readonly field: string;
  readonly isFact: boolean;
  readonly isMarked: (at: Place) => boolean;
}

function within(node: Node, path: string, where: Standing): readonly ModelInput[] {
  const { field, isMarked } = where;
  const isFact = where.isFact && !CHOICES.has(field);
  const input = isQuantity(node, field) ? inputAt(node, { path, field }, isMarked(node.at)) : null;
  if (input !== null) {
    return input.isMarked || (isFact && input.whole === null) ? [input] : [];
  }
  const below = (value: Node, own: string, name: string): readonly ModelInput[] =>
    within(value, own, { field: name, isFact, isMarked });
  if (node.type === 'list') {
    const names = node.items.map((item) => text(get(item, 'id')) ?? text(get(item, 'name')));
    return node.items.flatMap((item, k) => {
      const name = names[k];
      const isOne = name !== undefined && /^[\w-]+$/.test(name) && oneOf(names, name);
      return below(item, `${path}[${isOne ? name : k}]`, field);
    });
  }
  if (node.type !== 'map') return [];
  return entries(node).flatMap(([name, { value }]) =>
    below(value, path + pathText(['_', name]).slice(1), name),
  );
}

function oneOf(names: readonly (string | undefined)[], name: string): boolean {
  return names.filter((own) => own === name).length === 1;
}

function inputAt(
  node: Node,
  { path, field }: { readonly path: string; readonly field: string },
  isMarked: boolean,
): ModelInput {
  const isArrivals = field === 'arrivals';
  const whole =
    !PLAIN.has(field) &&
    node.type === 'scalar' &&
    typeof node.value === 'number' &&
    Number.isInteger(node.value)
      ? node.value
      : null;
  const times = (factor: number): string => {
    const product =
      isArrivals && node.type === 'map' ? scaledArrivals(node, factor) : scaled(node, factor);
    return short(product ?? node);
  };
  return { path, text: short(node), isMarked, whole, times };
}

/** A value on a line: of arrivals their rate, of other mappings the mapping; no more digits than anyone reads. */
function short(node: Node): string {
  const rate = get(node, 'rate');
  const own = rate === undefined ? node : rate;
  const value = own.type === 'scalar' ? String(own.value) : flow(plain(own));
  return value.replace(/\d+\.\d+/g, (digits) => String(Number(Number(digits).toPrecision(3))));
}

/** Whether a value is one quantity: it can be multiplied. */
function isQuantity(node: Node, field: string): boolean {
  if (field === 'arrivals') return scaledArrivals(node, 2) !== null || isText(node);
  if (node.type === 'map')
    return DISTRIBUTION_KINDS.includes(text(get(node, 'kind')) ?? '') && scaled(node, 2) !== null;
  if (node.type !== 'scalar') return false;
  return typeof node.value === 'number' ? node.value > 0 : isText(node);
}

/** A quantity as text that is not zero. */
function isText(node: Node): boolean {
  if (node.type !== 'scalar' || typeof node.value !== 'string') return false;
  const twice = scaled(node, 2);
  return twice?.type === 'scalar' && twice.value !== node.value && /[1-9]/.test(node.value);
}
