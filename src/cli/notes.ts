import type { Places } from '../scenario/places.js';
import type { ScenarioFile, Variant } from '../spec/scenario/scenario.js';
import { list, plural } from '../text/words.js';

/** Meanings that the loader chose where the file leaves them open, and the words that choose others. */
export function notesOn({ variants }: ScenarioFile, places: Places): readonly string[] {
  return [...new Set(variants.flatMap((variant) => notesOnFaults(variant, places)))];
}

/** A fault of a database without a role affects its primary alone. */
function notesOnFaults({ name, scenario }: Variant, places: Places): readonly string[] {
  return scenario.faults.flatMap(({ id, kind, role, target }, index) => {
    if (role === null || places.has(name, ['faults', index, 'role'])) return [];
    const nodes = target.flatMap((text) => {
      const database = scenario.databases.get(text);
      const isReplicated = database !== undefined && database.replication !== null;
      return isReplicated ? [[text, database.zones.length] as const] : [];
    });
    const names = list(nodes.map(([text]) => text));
    const all = plural(nodes.reduce((sum, [, count]) => sum + count, 0), 'node');
    return [`${kind} ${id} affects the primary of ${names}: \`role: all\` affects all ${all}`];
  });
}
