import type { Code } from './codes.js';
import type { Problem } from './diagnostics.js';
import { namesOf } from './expectations.js';
import type { Flaws } from './expectations.js';
import type { MapNode } from './located.js';
import { entries, get } from './located.js';
import type { Repaired } from './repair.js';
import type { Resolved } from './resolve/scenario.js';
import { NAMED } from './salvage.js';

/** Problems that stay what they are whatever the values around them become. */
const OF_NAMES: ReadonlySet<Code> = new Set<Code>(['FL404', 'FL405', 'FL406']);

/** Whether a problem is about a name that leads nowhere. */
export function isOfNames({ code }: Problem): boolean {
  return OF_NAMES.has(code);
}

/** Whether a problem comes from an entry that is gone. */
export function isAbout({ code, message, path }: Problem, broken: ReadonlySet<string>): boolean {
  if (!OF_NAMES.has(code)) return false;
  // A saga checks its own steps, which go with the services that they call.
  if (path[0] === 'sagas' && path.includes('invariants') && broken.size > 0) return true;
  return mentions(message, broken);
}

/** Names of components that two entries have. */
export function takenNames(problems: readonly Problem[]): ReadonlySet<string> {
  const taken = problems.filter(({ code, path }) => code === 'FL402' && path.length === 2);
  return new Set(taken.map(({ path }) => String(path[1])));
}

/** Whether a problem is about calls of a name that two entries have: which of them is meant is not known. */
export function isOfDouble({ code, message }: Problem, taken: ReadonlySet<string>): boolean {
  return OF_CALLS.has(code) && mentions(message, taken);
}

const OF_CALLS: ReadonlySet<Code> = new Set<Code>(['FL404', 'FL405', 'FL408']);

function mentions(message: string, names: ReadonlySet<string>): boolean {
  return (message.match(/[\w-]+/g) ?? []).some((word) => names.has(word));
}

/** Whether a problem may come from what was changed to repair the tree. */
export function isDoubtful(problem: Problem, { broken, changed, hasAllFaults }: Repaired): boolean {
  const { code, message, path } = problem;
  if (isAbout(problem, broken)) return true;
  const [section, name, field] = path;
  // What a fault can hit depends on settings, as a lock; what is recorded, on the names of requests.
  if (code === 'FL405' && mentions(message, changed)) return true;
  if (section === 'workloads' && field === 'arrivals' && changed.has(String(name))) return true;
  if (section === 'sagas' && path.includes('invariants') && changed.size > 0) return true;
  return !hasAllFaults && isAfterOthers(problem);
}

/** Whether a problem may come from a fault that is gone: of those that wait for others. */
export function isAfterOthers({ path }: Problem): boolean {
  return path[0] === 'faults' && (path.includes('after') || path.includes('when'));
}

/** Path of a problem in the tree as written; `faults`: numbers of those that are left of it. */
export function pathAsWritten(
  path: Problem['path'],
  { faults }: Pick<Repaired, 'faults'>,
): Problem['path'] {
  const [section, at, ...rest] = path;
  return section === 'faults' && typeof at === 'number' ? ['faults', faults[at], ...rest] : path;
}

/** What cannot be checked in a repaired scenario. */
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
  // Instances of a subscriber may be parts of a topic; a request goes with what it calls.
  const partless = new Set(changed);
  for (const section of broken.size > 0 ? ['topics', 'workloads'] : ['topics']) {
    for (const [name] of entries(get(tree, section))) partless.add(name);
  }
  return { broken: removed, partless, hasAllFaults };
}
