import type { Controls, Knob } from '../../model/faults/knob.js';
import type { Instance } from '../../model/data/instances/instance.js';
import type { Roles } from '../../model/resources/replication/roles.js';
import { formatSeconds } from '../../text/figures.js';
import { OF_PROCESSES } from './usual.js';

/** Additional lag of a database replica, in ns. */
export const replicaLag: Knob<null> = {
  ...OF_PROCESSES,
  bounds: () => null,
  name: 'replicaLag',
  combine: 'max',
  neutral: 0,
  need: (_edit, name, { isReplicated }) =>
    isReplicated ? null : `\`${name}\` has no \`replicas\` that could lag`,
  words: ({ value }, { does }) => `${does('falls', 'fall')} ${formatSeconds(value / 1e9)} behind`,
  instance(_controls, instance, held) {
    instance.extraLag = Math.round(held.effective(replicaLag));
  },
};

/** The primary of a database hands its role to a replica. Takes effect once, when the edit is applied. */
export const switchover: Knob<null> = {
  ...OF_PROCESSES,
  bounds: () => null,
  name: 'switchover',
  combine: 'max',
  neutral: 0,
  need: () => null,
  words: (_edit, { does }) => does('hands over to a replica', 'hand over to a replica'),
  instance(controls, instance, held) {
    if (held.isOn(switchover)) rolesOf(controls, instance)?.handOver(instance.index);
  },
};

/** 1 = the primary of a database and its replicas cannot reach each other. */
export const split: Knob<null> = {
  ...OF_PROCESSES,
  bounds: () => null,
  name: 'split',
  combine: 'max',
  neutral: 0,
  need: () => null,
  words: (_edit, { words }) => `the nodes of ${words} cannot reach each other`,
  instance: (controls, instance, held) => rolesOf(controls, instance)?.split(held.isOn(split)),
};

function rolesOf({ world }: Controls, { component }: Instance): Roles | undefined {
  return world.replicas.get(component)?.roles;
}
