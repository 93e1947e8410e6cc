import { DISTRIBUTION_KINDS } from '../../contracts/quantities/distribution-text.js';
import { flow } from '../../text/flow.js';
import { entries, get, pathText, plain, scalar, text, type Node } from '../located.js';
import { scaled, scaledArrivals } from '../scaling.js';

/** A quantity that describes the system or what happens to it: a time, a rate, a share or a size that someone measured or guessed. */
export interface ModelInput {
  readonly path: string;
  readonly value: Node;
  /** The comment of its line says that it is not measured. */
  readonly isMarked: boolean;
  /** The value of a whole number, which stays one; null for other quantities. */
  readonly whole: number | null;
  /** Half of its 95 % interval as a share of the value, as its comment says: `± 2.1 %`; null = not known. */
  readonly half: number | null;
}

/** Sections in which every quantity is a fact. */
const FACTS: ReadonlySet<string> = new Set(['network', 'workloads', 'faults', 'keys']);
/**
 * Fields of components that are facts with all that is in them, at any depth: what work takes, how long the product takes
 * for something, and shares of what comes. Names that are settings elsewhere have that of the field, or of the section,
 * around them. All others are settings.
 */
const FIELDS: ReadonlySet<string> = new Set([
  ...['endpoints', 'operations', 'lifecycle', 'onMiss', 'latency', 'pauses', 'errors'],
  ...['work', 'workPerKiB', 'rejectWork', 'handshakeWork', 'connectWork', 'logPerRow'],
  ...['append', 'commitLatency', 'readPerEvent', 'upcast', 'apply', 'connect', 'publishLatency'],
  ...['eventStores.read', 'snapshots.read', 'snapshots.write', 'cdcLatency', 'propagation'],
  ...['coldStart', 'scaleRate', 'provisioning', 'electionTime', 'failover.reconnect'],
  ...['schedulingDelay', 'imagePull', 'endpointPropagation'],
  ...['replicas.lag', 'replicas.applyRate', 'rebuild.rate', 'rebalance.pause'],
  ...['gc.every', 'gc.pause', 'gc.allocated', 'memory.base', 'memory.perRequest'],
  ...['hitRatio', 'warm', 'consumers.filter', 'subscribers.filter', 'requestSize', 'responseSize'],
]);
/** Fields whose entries have names of the user, which say nothing. */
const NAMED: ReadonlySet<string> = new Set([
  ...['endpoints', 'operations', 'versions', 'pools', 'outbound', 'workloads', 'keys'],
]);
/** Sections with fields of their own instead of entries. */
const SINGLE: ReadonlySet<string> = new Set(['platform', 'mesh', 'tracing']);

/** Within facts: what a policy or an operator chooses, and when something begins, which changes no answer. */
const CHOICES: ReadonlySet<string> = new Set([
  'policy',
  'policies',
  'timeout',
  'deadline',
  'onError',
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

/** Numbers that count nothing. */
export const CODES: ReadonlySet<string> = new Set(['status', 'fail']);

/** Sections of which nothing is a guess about the system. */
const ABOUT: ReadonlySet<string> = new Set([
  'run',
  'report',
  'alerts',
  'variants',
  'budgets',
  'expect',
]);

/** Words of a comment beside a value that is not measured. */
const MARK = /\b(?:guess|assum|estimat)/i;
/** The interval of a value that was measured. */
const INTERVAL = /± ?(\d+(?:\.\d+)?) ?%/;

/**
 * The quantities of a scenario that may be wrong, in the order of the file: facts, and whatever a comment calls a guess.
 * Other settings that an operator chooses are none. `commentOf`: the comment at the end of the line of a place.
 */
export function inputsOf(written: Node, commentOf: CommentOf): readonly ModelInput[] {
  const all = quantitiesIn(written, commentOf);
  const isOfVersion = ({ path }: ModelInput): boolean => path.includes('.versions.');
  const placeOf = ({ value: { at } }: ModelInput): string => `${at.start} ${at.file}`;
  // What a version has from its component is one input, and changes with that of the component.
  const own = new Set(all.flatMap((input) => (isOfVersion(input) ? [] : [placeOf(input)])));
  return all.filter((input) => !isOfVersion(input) || !own.has(placeOf(input)));
}

function quantitiesIn(written: Node, commentOf: CommentOf): readonly ModelInput[] {
  return entries(written).flatMap(([section, { value }]) => {
    if (ABOUT.has(section)) return [];
    if (FACTS.has(section))
      return within(value, section, { field: section, around: '', isFact: true, commentOf });
    if (value.type !== 'map') return [];
    return entries(value).flatMap(([name, { value: own }]) =>
      within(own, pathText([section, name]), {
        ...(value.type === 'map' && !SINGLE.has(section)
          ? { field: '', around: section }
          : { field: name, around: section }),
        isFact: false,
        commentOf,
      }),
    );
  });
}

/** The comment at the end of the line of a value. */
type CommentOf = (value: Node) => string;

/** What is known of a value besides itself. */
interface Standing {
  readonly field: string;
  /** The field that has it; the section for a field of a component. Entries have no field, only names. */
  readonly around: string;
  readonly isFact: boolean;
  readonly commentOf: CommentOf;
}

function within(node: Node, path: string, where: Standing): readonly ModelInput[] {
  const { field, around, commentOf } = where;
  const isFact = isFactField(around, field) || (where.isFact && !CHOICES.has(field));
  if (CODES.has(field) && node.type === 'scalar') return [];
  const input = isQuantity(node, field) ? inputAt(node, { path, field }, commentOf(node)) : null;
  if (input !== null) {
    return input.isMarked || (isFact && input.whole === null) ? [input] : [];
  }
  const isEntries = NAMED.has(field);
  const below = (value: Node, own: string, name: string): readonly ModelInput[] =>
    within(value, own, {
      field: isEntries ? '' : name,
      around: field === '' || node.type === 'list' ? around : field,
      isFact,
      commentOf,
    });
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

/** Whether a field of a component is a fact with all that is in it; `around`: the field, or the section, that has it. */
export function isFactField(around: string, field: string): boolean {
  return FIELDS.has(`${around}.${field}`) || FIELDS.has(field);
}

function oneOf(names: readonly (string | undefined)[], name: string): boolean {
  return names.filter((own) => own === name).length === 1;
}

function inputAt(
  value: Node,
  { path, field }: { readonly path: string; readonly field: string },
  comment: string,
): ModelInput {
  const isWhole = !PLAIN.has(field) && value.type === 'scalar' && Number.isInteger(value.value);
  const [, half] = INTERVAL.exec(comment) ?? [];
  return {
    path,
    value,
    isMarked: MARK.test(comment),
    whole: isWhole ? (value.value as number) : null,
    half: half === undefined ? null : Number(half) / 100,
  };
}

/** A multiple of an input; null if the value has none. A whole number stays whole, and at least 1. */
export function multipleOf({ value, whole }: ModelInput, factor: number): Node | null {
  if (whole !== null) return scalar(Math.max(1, Math.round(whole * factor)), value.at);
  return scaled(value, factor) ?? scaledArrivals(value, factor);
}

/** A value on a line: of arrivals their rate, of other mappings the mapping; with three digits. */
export function inputText(node: Node): string {
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
