/** Verbs of steps; the verb is the kind of a step. */
export const STEP_VERBS = [
  'work',
  'wait',
  'call',
  'query',
  'load',
  'append',
  'publish',
  'saga',
  'transaction',
  'lock',
  'cache',
  'parallel',
  'choose',
  'loop',
  'fail',
  'respond',
] as const;

/** Modifiers allowed next to the verb of a step. */
export const STEP_MODIFIERS = [
  'name',
  'policy',
  'probability',
  'times',
  'optional',
  'onError',
  'background',
  'when',
] as const;

/** By verb: the argument that a bare value sets. */
export const MAIN_ARGUMENT: ReadonlyMap<string, string> = new Map([
  ['work', 'time'],
  ['wait', 'time'],
  ['call', 'to'],
  ['publish', 'topic'],
  ['saga', 'start'],
  ['load', 'store'],
  ['append', 'store'],
  ['fail', 'status'],
  ['respond', 'status'],
]);

export const MIDDLEWARE = [
  'authenticate',
  'authorize',
  'rateLimit',
  'coalesce',
  'cache',
  'admit',
  'transform',
  'translate',
  'compress',
  'log',
  'correlate',
  'filter',
] as const;

const VERB_SET: ReadonlySet<string> = new Set(STEP_VERBS);

/** The verb among the keys of a step; null if there is none or more than one. */
export function verbOf(keys: Iterable<string>): string | null {
  let verb: string | null = null;
  for (const key of keys) {
    if (!VERB_SET.has(key)) continue;
    if (verb !== null) return null;
    verb = key;
  }
  return verb;
}
