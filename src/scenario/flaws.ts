import type { Code } from './codes.js';
import type { Problem } from './diagnostics.js';
import { namesOf, type Flaws } from './expectations.js';
import { entries, get, type MapNode } from './located.js';
import type { Repaired } from './repair.js';
import type { Resolved } from './resolve/scenario.js';
import { NAMED } from './salvage.js';

/** Codes of problems that do not depend on other values. */
const OF_NAMES: ReadonlySet<Code> = new Set<Code>(['FL404', 'FL405', 'FL406']);

/** Whether a problem is an unresolved name. */
export function isOfNames({ code }: Problem): boolean {
  return OF_NAMES.has(code);
}

/** Whether a problem is a consequence of a removed entry. */
export function isAbout({ code, message, path }: Problem, broken: ReadonlySet<string>): boolean {
  if (!OF_NAMES.has(code)) return false;
  // Steps of a saga are dropped together with their services, so its invariants cannot be checked.
  if (path[0] === 'sagas' && path.includes('invariants') && broken.size > 0) return true;
  return mentions(message, broken);
}

/** Names that two components have. */
export function takenNames(problems: readonly Problem[]): ReadonlySet<string> {
  const taken = problems.filter(({ code, path }) => code === 'FL402' && path.length === 2);
  return new Set(taken.map(({ path }) => String(path[1])));
}

/** Whether a problem is about a call to an ambiguous name. */
export function isOfDouble({ code, message }: Problem, taken: ReadonlySet<string>): boolean {
  return OF_CALLS.has(code) && mentions(message, taken);
}

const OF_CALLS: ReadonlySet<Code> = new Set<Code>(['FL404', 'FL405', 'FL408']);

function mentions(message: string, names: ReadonlySet<string>): boolean {
  return (message.match(/[\w-]+/g) ?? []).some((word) => names.has(word));
}

/** Whether a problem may be a consequence of a repair. */
export function isDoubtful(problem: Problem, { broken, changed, hasAllFaults }: Repaired): boolean {
  const { code, message, path } = problem;
  if (isAbout(problem, broken)) return true;
  const [section, name, field] = path;
  // Settings such as locks determine which faults fit, and names of requests which recordings fit.
  if (code === 'FL405' && mentions(message, changed)) return true;
  if (section === 'workloads' && field === 'arrivals' && changed.has(String(name))) return true;
  if (section === 'sagas' && path.includes('invariants') && changed.size > 0) return true;
  return !hasAllFaults && isAfterOthers(problem);
}

/**
 * Whether a problem is in a fault that starts after another one or on a condition, so that a removed fault may cause
 * it.
 */
export function isAfterOthers({ path }: Problem): boolean {
  return path[0] === 'faults' && (path.includes('after') || path.includes('when'));
}

/** Path of a problem before the repair. `faults`: original indices of the remaining faults. */
export function pathAsWritten(
  path: Problem['path'],
  { faults }: Pick<Repaired, 'faults'>,
): Problem['path'] {
  const [section, at, ...rest] = path;
  return section === 'faults' && typeof at === 'number' ? ['faults', faults[at], ...rest] : path;
}

/** Parts of a repaired scenario that cannot be checked. */
export function flawsOf(
  { broken, changed, hasAllFaults }: Repaired,
  tree: MapNode,
  resolved: Resolved,
): Flaws {
  const { components } = namesOf({ name: '', ...resolved }, []);
  const removed = new Set(broken);
  for (const section of NAMED) {
    for (const [name] of entries(get(tree, section))) if (!components.has(name)) removed.add(name);
  }
  // A topic can have one part per instance of a subscriber. A request is dropped with the component that it calls.
  const partless = new Set(changed);
  for (const section of broken.size > 0 ? ['topics', 'workloads'] : ['topics']) {
    for (const [name] of entries(get(tree, section))) partless.add(name);
  }
  return { broken: removed, partless, hasAllFaults };
}
