import type { Setting } from '../../scenario/tuning/moves.js';
import type { Moves } from './smallest.js';
import type { Plan } from '../../contracts/plan/plan.js';

/** Changes of the settings that the requests of a plan use, those where the trouble is first; `near`: only these. */
export function nearFirst(
  settings: readonly Setting[],
  plan: Plan,
  trouble: ReadonlySet<string>,
): { readonly moves: Moves; readonly near: Moves; readonly settings: number } {
  const byBundle = placesByBundle(plan);
  const used = settings.flatMap((setting) => {
    const { of } = setting;
    const places =
      'component' in of ? servedBy(of.component, plan) : [...(byBundle.get(of.bundle) ?? [])];
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

/** Changes by the first of some places, in the order of the trouble, that their settings are about; others last. */
export function bySubject(moves: Moves, plan: Plan, subjects: readonly string[]): Moves {
  const placesAt = placesIn(plan);
  const rankOf = (path: string): number => {
    const places = placesAt(path);
    const rank = subjects.findIndex((subject) => places.has(subject));
    return rank < 0 ? subjects.length : rank;
  };
  const ranks = new Map(moves.map((move) => [move, rankOf(move.path)]));
  return [...moves].sort((a, b) => ranks.get(a)! - ranks.get(b)!);
}

/** By the path of a setting: the component that it is of, or those whose calls use its bundle, and these calls. */
export function placesIn(plan: Plan): (path: string) => ReadonlySet<string> {
  const byBundle = placesByBundle(plan);
  return (path) => {
    const [section, name] = path.split('.');
    return section === 'policies' ? (byBundle.get(name!) ?? new Set()) : new Set([name!]);
  };
}

/** A component; of a registry also those that are found through it, and of a cache those that read it. */
function servedBy(name: string, plan: Plan): readonly string[] {
  const { components, parts, registries, caches, acts } = plan;
  const nameOf = (component: number): string => components[component]!.name;
  const own = registries.find(({ component }) => nameOf(component) === name);
  const found = own?.callees.map(({ component }) => nameOf(component)) ?? [];
  const readers = acts.flatMap((act) =>
    act.act === 'cache' && nameOf(caches[act.cache]!.component) === name
      ? [nameOf(parts[act.from]!.component)]
      : [],
  );
  return [name, ...found, ...readers];
}

/** Settings elsewhere come after all those near the trouble: the largest effort. */
const ELSEWHERE = 3;

/** By the label of a bundle, as a part of its id: the components and edges whose calls use it. */
function placesByBundle({
  components,
  parts,
  bundles,
  edges,
}: Plan): ReadonlyMap<string, Set<string>> {
  const places = new Map<string, Set<string>>();
  const labels = bundles.map(({ id }) => id.split(' + '));
  for (const { bundle, from, to } of edges) {
    const [caller, callee] = [from, to].map((part) => components[parts[part]!.component]!.name);
    for (const label of labels[bundle]!) {
      const own = places.get(label) ?? new Set<string>();
      places.set(label, own);
      own.add(`${caller}->${callee}`).add(caller!).add(callee!);
    }
  }
  return places;
}
