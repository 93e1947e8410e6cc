import { entries, get, text, type Node } from './located.js';
import { STEP_VERBS } from './verbs.js';

/** By section: the step that uses a component of it. `inner` is one of its endpoints or operations. */
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
    const part = get(component, 'endpoints') ?? get(component, 'operations');
    return `${name} is ${what}; write ${write(name, inner ?? likeliest(part, word))}`;
  }
  return undefined;
}

/** The part of this name, or the first; for a word that changes data, the first operation that does. */
function likeliest(parts: Node | undefined, word: string): string | undefined {
  const names = entries(parts).map(([name]) => name);
  if (names.includes(word)) return word;
  if (!CHANGES.test(word)) return names[0];
  return names.find((name) => isTrue(get(get(parts, name), 'write'))) ?? names[0] ?? 'insert';
}

function isTrue(node: Node | undefined): boolean {
  return node?.type === 'scalar' && node.value === true;
}

/** Words for a statement that changes data. */
const CHANGES = /^(writes?|insert|update|upsert|delete|save|store|put|persist)/i;
