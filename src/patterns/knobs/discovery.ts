import { NAME_FAULT } from '../../model/resources/discovery/name-faults.js';
import type { Knob } from '../../model/faults/knob.js';
import { OF_PROCESSES } from './usual.js';

/** Fault of the resolution of a name, see NAME_FAULT. */
export const nameFault: Knob<null> = {
  ...OF_PROCESSES,
  bounds: () => null,
  name: 'nameFault',
  combine: 'max',
  neutral: 0,
  need: (_edit, name, { lookup }) =>
    lookup === 'resolve'
      ? null
      : `no caller resolves \`${name}\` through DNS: give it discovery with a registry of kind dns`,
  words({ value }, { does }) {
    if (value === NAME_FAULT.error) return does('no longer resolves', 'no longer resolve');
    const to = value === NAME_FAULT.random ? 'wrong addresses' : 'old records';
    return does(`resolves to ${to}`, `resolve to ${to}`);
  },
  instance(_controls, instance, held) {
    instance.nameFault = held.effective(nameFault);
  },
};

/** 1 = the lists that callers have of the instance's component, or of all components in its registry, stay as they are. */
export const discoveryFrozen: Knob<null> = {
  ...OF_PROCESSES,
  bounds: () => null,
  name: 'discoveryFrozen',
  combine: 'max',
  neutral: 0,
  need: (_edit, name, { lookup }) =>
    lookup === null
      ? `\`${name}\` has no \`discovery\` to freeze: its callers know its instances at once`
      : null,
  words: (_edit, { words }) => `the lists of ${words} are frozen`,
  instance(_controls, instance, held) {
    instance.discoveryFrozen = held.isOn(discoveryFrozen);
  },
};
