import { kindText, kindWord, type ComponentKind } from '../../contracts/component-kind.js';
import type { Target } from '../../contracts/scenario/target.js';
import { nearest } from '../suggest.js';
import type { Cursor } from './context.js';
import { BUILT_IN_KEYS, namesOfKinds } from './names.js';

/** Resolves the target of a call. Reports an invalid one and returns null. */
export function resolveCall(here: Cursor, reference: string, owner: string): Target | null {
  const [written, part] = split(reference);
  const [name, version] = splitVersion(written);
  const component = name === 'self' ? owner : name;
  const thing = here.names.things.get(component);
  if (name === 'self' && (thing?.kind !== 'service' || part === null)) {
    const message =
      owner === ''
        ? '`self` is undefined in the fallback of a shared bundle: write the fallback at the ' +
          'call, or in outbound'
        : 'expected self.ENDPOINT, another endpoint of the same service';
    here.report('FL405', message);
    return null;
  }
  if (thing === undefined) return unknown(here, component, ['service', 'gateway']);
  if (thing.instead !== null) {
    const message =
      here.path[0] === 'sagas' && thing.kind === 'saga'
        ? `${component} is a saga, and a step of a saga calls an endpoint`
        : thing.instead(component, part);
    here.report('FL405', message);
    return null;
  }
  if (version !== null && !runsVersion(here, component, version)) return null;
  const only = version === null ? {} : { version };
  if (thing.kind === 'gateway') {
    if (part === null) return { component, part: null, ...only };
    const message =
      `${component} is a gateway, whose routes match by method and path: write call: ` +
      `${component}`;
    here.report('FL405', message);
    return null;
  }
  const target = withPart(here, component, part);
  return target === null ? null : { ...target, ...only };
}

/** Reports a version that a component does not have, or of which it has no instances. */
export function runsVersion(here: Cursor, component: string, version: string): boolean {
  if (!hasVersion(here, component, version, 'FL404')) return false;
  if (here.names.things.get(component)!.versions.get(version) === true) return true;
  const message = `${component} has no instances of ${version}: give it replicas, or a rollout to ${version}`;
  here.report('FL405', message);
  return false;
}

/** Reports a version that a component does not have. */
export function hasVersion(
  here: Cursor,
  component: string,
  version: string,
  code: 'FL404' | 'FL410',
): boolean {
  const allowed = [...(here.names.things.get(component)?.versions.keys() ?? [])];
  if (allowed.includes(version)) return true;
  const message =
    allowed.length === 0
      ? `${component} has no versions`
      : `${component} has no version ${version}; it has ${allowed.join(' ')}`;
  here.report(code, message, { found: version, allowed });
  return false;
}

/**
 * Resolves the database and operation of a query, or null. `isText`: the path has both in one text instead of two
 * fields.
 */
export function resolveQuery(
  here: Cursor,
  database: string,
  operation: string | undefined,
  isText = false,
): { database: string; operation: string } | null {
  const at = (field: string): Cursor => (isText ? here : here.in(field));
  const thing = here.names.things.get(database);
  if (thing === undefined) return unknown(at('database'), database, ['database']);
  if (thing.kind !== 'database') {
    const message =
      `${database} is ${kindText(thing.kind)}, not a database: write call: ` + `${database}`;
    at('database').report('FL405', message);
    return null;
  }
  const field = operation === undefined ? 'database' : 'operation';
  const target = withPart(at(field), database, operation ?? null);
  return target === null ? null : { database, operation: target.part! };
}

/** Resolves an endpoint or operation of a component. Without a name, the component must have only one. */
export function withPart(here: Cursor, component: string, part: string | null): Target | null {
  const { parts, kind } = here.names.things.get(component)!;
  const word = kind === 'database' ? 'operation' : 'endpoint';
  if (part === null) {
    if (parts.length === 1) return { component, part: parts[0] };
    const message = `${component} has ${parts.length} ${word}s: write ${parts.map((p) => `${component}.${p}`).join(' or ')}`;
    here.report('FL406', message, { allowed: parts });
    return null;
  }
  const message = `${component} has no ${word} ${part}; it has ${parts.join(' ')}`;
  return here.isOneOf(part, parts, message) ? { component, part } : null;
}

/** Reports an unknown name, with the names that are valid there. */
export function unknown(here: Cursor, name: string, kinds: readonly ComponentKind[]): null {
  const { broken } = here.names;
  if (broken.has(name) || nearest(name, broken) !== undefined) return null;
  if (here.names.zones.has(name)) {
    here.report('FL405', `${name} is a zone`);
    return null;
  }
  const allowed = namesOfKinds(here.names, kinds);
  const word = kinds.length > 1 ? 'component' : kindWord(kinds[0]);
  here.report('FL404', `there is no ${word} ${name}`, { found: name, allowed });
  return null;
}

/** Whether a name is that of a component of this kind. Reports others. */
export function isOfKind(here: Cursor, name: string, wanted: ComponentKind): boolean {
  const kind = here.names.things.get(name)?.kind;
  if (kind === undefined) unknown(here, name, [wanted]);
  else if (kind !== wanted) {
    here.report('FL405', `${name} is ${kindText(kind)}, not ${kindText(wanted)}`);
  }
  return kind === wanted;
}

/** Reports a key that is neither declared nor built in. */
export function checkKeyName(here: Cursor, key: string): void {
  const allowed = [...here.names.keys, ...BUILT_IN_KEYS];
  here.isOneOf(key, allowed, `there is no key ${key} in keys`);
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
