import type { Reference } from '../contracts/scenario/expression.js';
import type { ExpressionProblem } from './expression-scan.js';
import type { SubjectKind } from './metrics/entry.js';

/** Kind of a subject that names a version. */
export function versionKind({ part }: Reference): SubjectKind {
  return part === null ? 'version' : 'versionEndpoint';
}

/** Problem of a reference to a version; null if it is valid. `isSide`: it is one side of an edge. */
export function versionProblem(
  { component, instance, offset }: Reference,
  version: string,
  versions: readonly string[],
  isSide: boolean,
): ExpressionProblem | null {
  const found = `${component}@${version}`;
  if (!versions.includes(version)) {
    const allowed = versions.map((name) => `${component}@${name}`);
    const message =
      versions.length > 0 ? `unknown version ${found}` : `${component} has no versions`;
    return { message, offset, found, allowed };
  }
  const allowed = [`${found}.success`];
  if (isSide) {
    const message = `an edge has no metrics per version: use a metric of ${found}`;
    return { message, offset, found, allowed };
  }
  if (instance === null) return null;
  const message = `an instance has a number in its component: write ${component}[${instance}]`;
  return { message, offset, found, allowed: [`${component}[${instance}]`] };
}
