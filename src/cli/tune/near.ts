import type { Setting } from '../../scenario/tuning/settings.js';
import type { Moves } from './search.js';
import type { Plan } from '../../spec/plan/plan.js';

/** Changes of the settings that the requests of a plan use, those where the trouble is first; `near`: only these. */
export function nearFirst(
  settings: readonly Setting[],
  plan: Plan,
  trouble: ReadonlySet<string>,
): { readonly moves: Moves; readonly near: Moves; readonly settings: number } {
  const used = settings.flatMap((setting) => {
    const places = placesOf(setting, plan);
    return places.length === 0 ? [] : [{ setting, isNear: places.some((own) => trouble.has(own)) }];
  });
  const moves = used.flatMap(({ setting, isNear }) =>
    setting.moves.map((move) => ({ move, rank: (isNear ? 0 : ELSEWHERE) + move.effort })),
  );
  const ranked = [...moves].sort((a, b) => a.rank - b.rank);
  return {
    moves: ranked.map(({ move }) => move),
    near: ranked.filter(({ rank }) => rank <= ELSEWHERE).map(({ move }) => move),
    settings: used.reduce(
      (sum, { setting }) => sum + new Set(setting.moves.map(({ path }) => path)).size,
      0,
    ),
  };
}

/** Settings elsewhere come after all those near the trouble: the largest effort. */
const ELSEWHERE = 3;

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
