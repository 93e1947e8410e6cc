import { kindText, kindWord, type ComponentKind } from '../../contracts/component-kind.js';
import type { Target } from '../../contracts/scenario/target.js';
import { nearest } from '../suggest.js';
import { isOneOf, report, type Context, type Path } from './context.js';
import { BUILT_IN_KEYS, namesOfKinds } from './names.js';

/** Resolves the target of a call. Reports an invalid one and returns null. */
export function resolveCall(
  context: Context,
  reference: string,
  owner: string,
  path: Path,
): Target | null {
  const [written, part] = split(reference);
  const [name, version] = splitVersion(written);
  const component = name === 'self' ? owner : name;
  const thing = context.names.things.get(component);
  if (name === 'self' && (thing?.kind !== 'service' || part === null)) {
    const message =
      owner === ''
        ? '`self` is undefined in the fallback of a shared bundle: write the fallback at the ' +
          'call, or in outbound'
        : 'expected self.ENDPOINT, another endpoint of the same service';
    report(context, 'FL405', path, message);
    return null;
  }
  if (thing === undefined) return unknown(context, component, path, ['service', 'gateway']);
  if (thing.instead !== null) {
    const message =
      path[0] === 'sagas' && thing.kind === 'saga'
        ? `${component} is a saga, and a step of a saga calls an endpoint`
        : thing.instead(component);
    report(context, 'FL405', path, message);
    return null;
  }
  if (version !== null && !runsVersion(context, component, version, path)) return null;
  const only = version === null ? {} : { version };
  if (thing.kind === 'gateway') {
    if (part === null) return { component, part: null, ...only };
    const message =
      `${component} is a gateway, whose routes match by method and path: write call: ` +
      `${component}`;
    report(context, 'FL405', path, message);
    return null;
  }
  const target = withPart(context, component, part, path);
  return target === null ? null : { ...target, ...only };
}

/** Reports a version that a component does not have, or of which it has no instances. */
export function runsVersion(
  context: Context,
  component: string,
  version: string,
  path: Path,
): boolean {
  if (!hasVersion(context, component, version, 'FL404', path)) return false;
  if (context.names.things.get(component)!.versions.get(version) === true) return true;
  const message = `${component} has no instances of ${version}: give it replicas, or a rollout to ${version}`;
  report(context, 'FL405', path, message);
  return false;
}

/** Reports a version that a component does not have. */
export function hasVersion(
  context: Context,
  component: string,
  version: string,
  code: 'FL404' | 'FL410',
  path: Path,
): boolean {
  const allowed = [...(context.names.things.get(component)?.versions.keys() ?? [])];
  if (allowed.includes(version)) return true;
  const message =
    allowed.length === 0
      ? `${component} has no versions`
      : `${component} has no version ${version}; it has ${allowed.join(' ')}`;
  report(context, code, path, message, { found: version, allowed });
  return false;
}

/**
 * Resolves the database and operation of a query, or null. `isText`: the path has both in one text instead of two
 * fields.
 */
export function resolveQuery(
  context: Context,
  database: string,
  operation: string | undefined,
  path: Path,
  isText = false,
): { database: string; operation: string } | null {
  const at = (field: string): Path => (isText ? path : [...path, field]);
  const thing = context.names.things.get(database);
  if (thing === undefined) return unknown(context, database, at('database'), ['database']);
  if (thing.kind !== 'database') {
    const message =
      `${database} is ${kindText(thing.kind)}, not a database: write call: ` + `${database}`;
    report(context, 'FL405', at('database'), message);
    return null;
  }
  const field = operation === undefined ? 'database' : 'operation';
  const target = withPart(context, database, operation ?? null, at(field));
  return target === null ? null : { database, operation: target.part! };
}

/** Resolves an endpoint or operation of a component. Without a name, the component must have only one. */
export function withPart(
  context: Context,
  component: string,
  part: string | null,
  path: Path,
): Target | null {
  const { parts, kind } = context.names.things.get(component)!;
  const word = kind === 'database' ? 'operation' : 'endpoint';
  if (part === null) {
    if (parts.length === 1) return { component, part: parts[0] };
    const message = `${component} has ${parts.length} ${word}s: write ${parts.map((p) => `${component}.${p}`).join(' or ')}`;
    report(context, 'FL406', path, message, { allowed: parts });
    return null;
  }
  const message = `${component} has no ${word} ${part}; it has ${parts.join(' ')}`;
  return isOneOf(context, part, parts, path, message) ? { component, part } : null;
}

/** Reports an unknown name, with the names that are valid there. */
export function unknown(
  context: Context,
  name: string,
  path: Path,
  kinds: readonly ComponentKind[],
): null {
  const { broken } = context.names;
  if (broken.has(name) || nearest(name, broken) !== undefined) return null;
  if (context.names.zones.has(name)) {
    report(context, 'FL405', path, `${name} is a zone`);
    return null;
  }
  const allowed = namesOfKinds(context.names, kinds);
  const word = kinds.length > 1 ? 'component' : kindWord(kinds[0]);
  report(context, 'FL404', path, `there is no ${word} ${name}`, { found: name, allowed });
  return null;
}

/** Whether a name is that of a component of this kind. Reports others. */
export function isOfKind(
  context: Context,
  name: string,
  wanted: ComponentKind,
  path: Path,
): boolean {
  const kind = context.names.things.get(name)?.kind;
  if (kind === undefined) unknown(context, name, path, [wanted]);
  else if (kind !== wanted) {
    report(context, 'FL405', path, `${name} is ${kindText(kind)}, not ${kindText(wanted)}`);
  }
  return kind === wanted;
}

/** Reports a key that is neither declared nor built in. */
export function checkKeyName(context: Context, key: string, path: Path): void {
  const allowed = [...context.names.keys, ...BUILT_IN_KEYS];
  isOneOf(context, key, allowed, path, `there is no key ${key} in keys`);
}

/** Splits `a@v2` into [a, v2]. The version is null if it is omitted. */
export function splitVersion(reference: string): [name: string, version: string | null] {
  const at = reference.indexOf('@');
  return at < 0 ? [reference, null] : [reference.slice(0, at), reference.slice(at + 1)];
}

/** Splits `a.b` into [a, b]. The part is null if it is omitted. */
export function split(reference: string): [name: string, part: string | null] {
  const dot = reference.indexOf('.');
  return dot < 0 ? [reference, null] : [reference.slice(0, dot), reference.slice(dot + 1)];
}
