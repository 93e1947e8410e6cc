import { SECTIONS } from '../scenario/modules/index.js';
import type { Scenario } from '../contracts/scenario/scenario.js';

/** A component of a scenario and its section. */
export interface Placed {
  readonly section: string;
  readonly name: string;
}

/** All components that can use others, by section; functions are among the services. */
function owners(scenario: Scenario): readonly (Placed & { readonly body: unknown })[] {
  const { databases, gateways, services, workloads } = scenario;
  const sections: (readonly [string, ReadonlyMap<string, unknown>])[] = [
    ...Object.entries({ databases, gateways, services, workloads }),
    ...SECTIONS.map((section) => [section, scenario[section]] as const),
  ];
  sections.sort(([a], [b]) => (a < b ? -1 : 1));
  return sections.flatMap(([section, map]) =>
    [...map].map(([name, body]) => ({ section, name, body })),
  );
}

/**
 * By component, the other components that refer to it. Faults, links and report settings do not count, nor does the
 * component itself. Any text equal to the name of a component counts, so a component without references is certainly
 * unused.
 */
export function namersOf(scenario: Scenario): ReadonlyMap<string, readonly Placed[]> {
  const all = owners(scenario);
  const namers = new Map<string, Placed[]>(all.map(({ name }) => [name, []]));
  for (const { section, name, body } of all) {
    for (const named of namesIn(body, (text) => namers.has(text))) {
      if (named !== name) namers.get(named)!.push({ section, name });
    }
  }
  return namers;
}

/** Fields that never refer to a component. */
const WORDS: ReadonlySet<string> = new Set([
  'name',
  'title',
  'description',
  'labels',
  'kind',
  'written',
]);

function namesIn(body: unknown, isName: (text: string) => boolean): ReadonlySet<string> {
  const found = new Set<string>();
  const seen = new Set<object>();
  const left: unknown[] = [body];
  const push = (values: Iterable<unknown>): void => {
    for (const value of values) left.push(value);
  };
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value === 'string') {
      // `component` or `component.part`.
      const head = value.split('.', 1)[0];
      for (const text of [value, head]) if (isName(text)) found.add(text);
    } else if (typeof value === 'object' && value !== null && !seen.has(value)) {
      seen.add(value);
      if (ArrayBuffer.isView(value)) continue;
      if (value instanceof Map) push(value.values());
      else if (Array.isArray(value)) push(value);
      else push(Object.entries(value).flatMap(([key, own]) => (WORDS.has(key) ? [] : [own])));
    }
  }
  return found;
}
