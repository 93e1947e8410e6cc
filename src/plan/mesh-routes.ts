import { takesRequest } from '../language/mesh.js';
import type { RequestLine } from '../language/routes.js';
import type { Mesh, MeshRoute } from '../contracts/scenario/mesh.js';
import { redirected } from './calls.js';
import type { Conditions } from './conditions.js';
import { canonical } from './canonical.js';
import { partOf, type LaidComponent, type LaidPart, type Layout } from './layout.js';

/** A destination that the mesh gives to a call, with its weight among others. */
interface Choice {
  readonly callee: LaidPart;
  readonly version?: string;
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
  const router = {
    headers: routes.flatMap(({ headers }) => [...headers.keys()]),
    routeOf: (one: RequestLine) => routes.find((route) => takesRequest(route, one)) ?? null,
  };
  const choicesOf = ({ to }: MeshRoute): readonly Choice[] =>
    to
      .filter(({ weight }) => weight > 0)
      .map((target) => ({
        ...target,
        callee: partOf(layout.byName.get(target.service)!, callee.name),
      }));
  const plain = router.routeOf(line);
  return {
    choices: plain === null ? [{ callee, weight: 1 }] : choicesOf(plain),
    detours: redirected(layout, conditions, router, caller, line, where).map(
      ({ route, requests }) => ({ choices: choicesOf(route), requests }),
    ),
  };
}

/** Text of the routes that the calls of a program can take; `program` is its canonical text. */
export function routesText(mesh: Mesh, caller: LaidComponent, program: string): string {
  if (!mesh.services.includes(caller.name)) return '';
  const taken = [...mesh.routes].filter(([service]) => program.includes(JSON.stringify(service)));
  return taken.length === 0 ? '' : canonical(taken);
}
