import { pathPattern } from '../language/routing/path.js';
import type { Cell } from './cell.js';
import { requestOf, type TracedRequest } from './entrances.js';
import type { Component, System } from './system.js';
import { from, map, type Written } from './written.js';

/** What the proxies of a mesh do for the requests of one rule. */
export interface RulePolicies {
  /** Fields of the bundle of these requests alone. */
  readonly own: ReadonlyMap<string, Written>;
  /** What gives them the policies whose state all rules of the callee share; null = they do not have these. */
  readonly sharing: readonly Cell[] | null;
}

/** Policies of a callee that differ with the method and the path of a request. */
export interface RequestPolicies {
  readonly shared: ReadonlyMap<string, Written>;
  /** null = no rule of its own takes such a request. */
  of(request: TracedRequest): RulePolicies | null;
}

/** The callees in a mesh whose files have a policy for each kind of request: only traces say which endpoint gets which. */
export function requestPoliciesOf(system: System): Map<Component, RequestPolicies> {
  return system.shared('policies by request', () => new Map<Component, RequestPolicies>());
}

/** Whether a pattern of paths, as routes have them, takes the path of a request. An expression has to match all of it. */
export function takesPath(pattern: string, { sample }: TracedRequest): boolean {
  try {
    return pathPattern(pattern, 'envoy').takes(sample);
  } catch {
    // An expression that RE2 does not know has no requests here.
    return false;
  }
}

/**
 * Writes the policies of the rules to the endpoints that traces show. `components`: those of the scenario by their names in the traces.
 * `endpoints`: by the name of the component in the traces, names of endpoints by those in the traces, such as `GET /books/{id}`.
 */
export function layRequestPolicies(
  system: System,
  components: ReadonlyMap<string, Component>,
  endpoints: ReadonlyMap<string, ReadonlyMap<string, string>>,
): void {
  const mesh = system.sections.get('mesh');
  if (mesh?.kind !== 'map') return;
  const known = mesh.entries.get('outbound');
  const outbound = new Map(known?.kind === 'map' ? known.entries : []);
  const policies = new Map<string, Written>();
  for (const [callee, rules] of requestPoliciesOf(system)) {
    const { name } = callee;
    const own = [...components].filter(([, one]) => one === callee);
    const names = own.flatMap(([traced]) => [...(endpoints.get(traced) ?? [])]);
    const found = names.flatMap(([traced, endpoint]) => {
      const rule = rules.of(requestOf(traced));
      return rule === null ? [] : [[`${name}.${endpoint}`, rule] as const];
    });
    if (found.length === 0) continue;
    // State such as a budget of retries belongs to the callee, whichever endpoint is called.
    const isNamed = rules.shared.size > 0 && found.some(([, { sharing }]) => sharing !== null);
    const whole = outbound.get(name);
    if (isNamed) policies.set(name, map(rules.shared));
    const bundle = (
      own: ReadonlyMap<string, Written>,
      sharing: RulePolicies['sharing'],
    ): Written => {
      const base = isNamed && sharing !== null ? from(name, ...sharing) : undefined;
      return map([...map({ extends: base }).entries, ...own]);
    };
    if (isNamed && whole?.kind === 'map') {
      const rest = [...whole.entries].filter(([field]) => !rules.shared.has(field));
      outbound.set(name, bundle(new Map(rest), rest.length < whole.entries.size ? [] : null));
    }
    for (const [endpoint, { own, sharing }] of found) outbound.set(endpoint, bundle(own, sharing));
  }
  if (policies.size > 0) system.sections.set('policies', map(policies));
  if (outbound.size > 0)
    system.sections.set('mesh', map([...mesh.entries, ['outbound', map(outbound)]], mesh.origins));
}
