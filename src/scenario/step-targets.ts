import { entries, get, text, type Node } from './located.js';
import { STEP_VERBS } from './verbs.js';

/** By section: the step that uses a component of it. `inner` is the first of its endpoints or operations. */
const STEPS: readonly (readonly [
  section: string,
  what: string,
  write: (name: string, inner: string | undefined) => string,
])[] = [
  ['caches', 'a cache', (name) => `cache: { get: ${name} }`],
  ['databases', 'a database', (name, inner) => `query: ${name}.${inner ?? 'read'}`],
  ['services', 'a service', (name, inner) => `call: ${name}.${inner ?? 'get'}`],
  ['functions', 'a function', (name, inner) => `call: ${name}.${inner ?? 'get'}`],
  ['gateways', 'a gateway', (name) => `call: ${name}`],
  ['topics', 'a topic', (name) => `publish: ${name}`],
  ['queues', 'a queue', (name) => `publish: ${name}`],
  ['eventStores', 'an event store', (name) => `load: ${name}`],
  ['sagas', 'a saga', (name) => `saga: ${name}`],
];

/**
 * Advice for a step with a word that is no verb, such as `read: sessions`: the step that uses the component which it
 * names; undefined if it names none, or the step has its verb.
 */
export function stepOfTarget(tree: Node, step: Node, word: string): string | undefined {
  if (STEP_VERBS.some((verb) => get(step, verb) !== undefined)) return undefined;
  const [name = '', inner] = (text(get(step, word)) ?? '').split('.');
  for (const [section, what, write] of STEPS) {
    const component = get(get(tree, section), name);
    if (component === undefined) continue;
    const parts = get(component, 'endpoints') ?? get(component, 'operations');
    return `${name} is ${what}; write ${write(name, inner ?? entries(parts)[0]?.[0])}`;
  }
  return undefined;
}
