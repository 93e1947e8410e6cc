import { countsMessages } from '../language/batches.js';
import { OF_OWN_HOSTS } from '../scenario/inherit.js';
import type { Places } from '../scenario/places.js';
import type { ScenarioFile, Variant } from '../contracts/scenario/scenario.js';
import { list, plural } from '../text/words.js';

/**
 * Settings of other products that were accepted, meanings that the loader chose where the file leaves them open, and the
 * words that choose others.
 */
export function notesOn({ variants }: ScenarioFile, places: Places): readonly string[] {
  return [
    ...places.notes(),
    ...new Set(
      variants.flatMap((variant) => [
        ...notesOnExternal(variant, places),
        ...notesOnFaults(variant, places),
        ...notesOnBatches(variant, places),
        ...notesOnRollouts(variant, places),
      ]),
    ),
  ];
}

/** An external component does not inherit what describes processes of your own. */
function notesOnExternal({ name: variant, scenario }: Variant, places: Places): readonly string[] {
  return (['services', 'gateways'] as const).flatMap((section) => {
    const defaults = places
      .keysInFile(['defaults', section])
      .filter((key) => OF_OWN_HOSTS.includes(key));
    return [...scenario[section]].flatMap(([name, { external }]) => {
      const left = defaults.filter((key) => !places.has(variant, [section, name, key]));
      if (!external || left.length === 0) return [];
      return [
        `${name} is external and does not inherit ${list(left)} of defaults.${section}: write them in ${name} itself to apply them`,
      ];
    });
  });
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
    const all = plural(
      nodes.reduce((sum, [, count]) => sum + count, 0),
      'node',
    );
    return [`${kind} ${id} affects the primary of ${names}: \`role: all\` affects all ${all}`];
  });
}

/** An event source invokes a function once for several messages, so that its steps are not those of each. */
function notesOnBatches({ name: variant, scenario }: Variant, places: Places): readonly string[] {
  return [...scenario.queues.values()].flatMap(({ name, consumers }) =>
    consumers.flatMap(({ call, batch }, index) => {
      const { steps } = scenario.services.get(call.component)!.endpoints.get(call.part!)!;
      if (countsMessages(steps)) return [];
      if (batch === 1 || places.has(variant, ['queues', name, 'consumers', index, 'batch']))
        return [];
      const handler = `${call.component}.${call.part}`;
      return [
        `${handler} runs its steps once for up to ${batch} messages of ${name}, as a batch of Lambda: write \`times: messages\` in steps that are those of one message, or \`batch: 1\` in the consumer`,
      ];
    }),
  );
}

/** Without discovery nothing is late, so that no rollout and no preStop matters to callers. */
function notesOnRollouts({ name: variant, scenario }: Variant, places: Places): readonly string[] {
  if (places.has(variant, ['platform', 'endpointPropagation']) || scenario.mesh !== undefined)
    return [];
  const rolled = [...scenario.services.values(), ...scenario.gateways.values()].filter(
    ({ versions, discovery }) => (versions?.rollout ?? null) !== null && discovery === null,
  );
  if (rolled.length === 0) return [];
  const names = list(rolled.map(({ name }) => name));
  return [
    `callers of ${names} know at once which instances are ready, so a rollout sends none of their calls to one that is gone: in Kubernetes they learn it later, as with platform: { endpointPropagation: 2s }`,
  ];
}
