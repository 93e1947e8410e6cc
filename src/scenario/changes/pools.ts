import type { Scenario } from '../../contracts/scenario/scenario.js';
import { callGraph } from '../resolve/graph.js';

/** The callers whose pools a path sets, as `databases.NAME.pool` or `databases.NAME.pools.CALLER`; null if it sets none. */
export function poolCallers(scenario: Scenario, path: readonly string[]): readonly string[] | null {
  const [section, name, field, caller] = path;
  if (section !== 'databases' || (field !== 'pool' && field !== 'pools')) return null;
  const own = scenario.databases.get(name!)!.pools;
  const callers = [...callGraph(scenario).pairs].flatMap((pair) => {
    const [from, to] = pair.split('->');
    return to === name ? [from!] : [];
  });
  return callers.filter((from) => (field === 'pools' ? from === caller : !own.has(from)));
}
