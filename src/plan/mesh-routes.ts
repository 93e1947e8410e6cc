import type { RequestLine } from '../language/routes.js';
import { routeOf } from '../language/routes.js';
import type { Mesh } from '../spec/scenario/mesh.js';
import type { Route } from '../spec/scenario/scenario.js';
import { redirected } from './calls.js';
import type { Conditions } from './conditions.js';
import type { LaidPart, Layout } from './layout.js';
import { partOf } from './layout.js';

/** A destination that the mesh gives to a call, with its weight among others. */
interface Choice {
  readonly callee: LaidPart;
  readonly weight: number;
}

/** The destinations of a routed call, and those of user requests with a header that another route asks for. */
interface MeshWays {
  readonly choices: readonly Choice[];
  readonly detours: readonly {
    readonly choices: readonly Choice[];
    /** By part id: 1 for each user request that takes the detour, else 0. */
    readonly requests: readonly number[];
  }[];
}

/** The routes of the mesh for a call; null = it goes where it is sent. */
export function meshWays(
  mesh: Mesh,
  layout: Layout,
  conditions: Conditions,
  caller: LaidPart,
  callee: LaidPart,
  line: RequestLine,
  where: string,
): MeshWays | null {
  const routes = mesh.routes.get(callee.component.name);
  if (routes === undefined || !mesh.services.includes(caller.component.name)) return null;
  const router = { routing: 'firstMatch', routes } as const;
  const plain = routeOf(router, line);
  const choicesOf = ({ to }: Route): readonly Choice[] =>
    to
      .filter(({ weight }) => weight > 0)
      .map(({ target, weight }) => ({
        callee: partOf(layout.byName.get(target.component)!, callee.name),
        weight,
      }));
  return {
    choices: plain === null ? [{ callee, weight: 1 }] : choicesOf(plain),
    detours: redirected(layout, conditions, router, caller, line, where).map(
      ({ route, requests }) => ({ choices: choicesOf(route), requests }),
    ),
  };
}
