import type { Setting } from '../../scenario/tuning/settings.js';
import type { Moves } from './search.js';
import type { Plan } from '../../spec/plan/plan.js';

/** Settings that the requests of a plan use, each with how near it is to where the trouble is: 0 = there, 1 = elsewhere. */
export function nearFirst(
  settings: readonly Setting[],
  plan: Plan,
  trouble: ReadonlySet<string>,
): { readonly moves: Moves; readonly settings: number } {
  const used = settings.flatMap((setting) => {
    const places = placesOf(setting, plan);
    return places.length === 0 ? [] : [{ setting, isNear: places.some((own) => trouble.has(own)) }];
  });
  const moves = used.flatMap(({ setting, isNear }) =>
    setting.moves.map((move) => ({ move, rank: (isNear ? 0 : 3) + move.effort })),
  );
  return {
    moves: moves.sort((a, b) => a.rank - b.rank).map(({ move }) => move),
    settings: used.reduce(
      (sum, { setting }) => sum + new Set(setting.moves.map(({ path }) => path)).size,
      0,
    ),
  };
}

/** The names of the components and edges that a setting is about. */
function placesOf({ of }: Setting, plan: Plan): readonly string[] {
  if ('component' in of) return [of.component];
  const { components, parts, bundles, edges } = plan;
  return edges.flatMap(({ bundle, from, to }) => {
    if (!bundles[bundle]!.id.split(' + ').includes(of.bundle)) return [];
    const [caller, callee] = [from, to].map((part) => components[parts[part]!.component]!.name);
    return [`${caller}->${callee}`, caller!, callee!];
  });
}
