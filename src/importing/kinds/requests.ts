import { allowedName } from '../names.js';
import type { Component } from '../system.js';
import { map, plain, type Written } from '../written.js';

/** The paths that a route takes. */
export interface Taken {
  /** One of them; null = none is known. */
  readonly sample: string | null;
  readonly takes: (path: string) => boolean;
}

/**
 * Adds the requests of a route to a component, of which the first has its name. `about`: conditions of the route. Those that only a gateway
 * behind it has, such as a method, stay.
 */
export function addRequests(
  gateway: Component,
  component: Component,
  taken: Taken,
  name: string,
  about: Readonly<Record<string, Written | undefined>>,
): void {
  for (const [k, request] of requestsFor(component, taken).entries())
    gateway.requests.push(
      map({
        ...Object.fromEntries(request),
        name: plain(k === 0 ? name : requestName(gateway, `${name}-${k + 1}`)),
        ...Object.fromEntries(map(about).entries),
      }),
    );
}

/** Requests for a route to a component, without their names: those of a gateway, whose own routes need their paths. */
export function requestsFor(
  component: Component,
  { sample, takes }: Taken,
): readonly (readonly [string, Written][])[] {
  const inner = component.requests.filter(({ entries }) => {
    const path = entries.get('path');
    return takes(path?.kind === 'scalar' ? String(path.value) : '/');
  });
  if (inner.length > 0) return inner.map(({ entries }) => [...entries]);
  return sample === null
    ? []
    : [
        [
          ['name', plain('')],
          ['path', plain(sample)],
        ],
      ];
}

/** Paths that an expression may take: its text before the first sign of an expression, and a little more. */
export function samplesOf(text: string): readonly string[] {
  const head = text.replace(/[\\^$|?*+()[\]{}].*$/, '');
  const stem = head.replace(/\/+$/, '');
  return [stem || '/', head, `${stem}/`, `${head}1`, `${stem}/1`, `${stem}/a`, `${stem}/1/`, text];
}

/** A name that no other request of the gateway has; `wanted`: null = the number of the route. */
export function requestName(gateway: Component, wanted: string | null): string {
  const taken = new Set(
    gateway.requests.map(({ entries }) => {
      const name = entries.get('name');
      return name?.kind === 'scalar' ? String(name.value) : '';
    }),
  );
  const base = allowedName(wanted ?? `route-${gateway.requests.length + 1}`);
  let name = base;
  for (let count = 2; taken.has(name); count++) name = `${base}-${count}`;
  return name;
}
