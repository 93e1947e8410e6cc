import type { Knob } from '../../model/faults/knob.js';
import { OF_PROCESSES } from './usual.js';

/** 1 = the autoscaler of the instance's component adds and removes no replicas. */
export const scalingFrozen: Knob<null> = {
  ...OF_PROCESSES,
  bounds: () => null,
  name: 'scalingFrozen',
  combine: 'max',
  neutral: 0,
  need: (_edit, name, { isScaled }) =>
    isScaled ? null : `\`${name}\` has no \`autoscaling\` to freeze`,
  words: (_edit, { words }) => `the autoscaling of ${words} is frozen`,
  instance(_controls, instance, held) {
    instance.scalingFrozen = held.isOn(scalingFrozen);
  },
};

/** 1 = the rollout of the instance's component does not proceed. */
export const rolloutFrozen: Knob<null> = {
  ...OF_PROCESSES,
  bounds: () => null,
  name: 'rolloutFrozen',
  combine: 'max',
  neutral: 0,
  need: (_edit, name, { isRolled }) =>
    isRolled ? null : `\`${name}\` has no \`rollout\` to freeze`,
  words: (_edit, { words }) => `the rollout of ${words} is frozen`,
  instance({ world }, instance, held) {
    instance.rolloutFrozen = held.isOn(rolloutFrozen);
    // The rollout catches up on what it missed.
    world.fleets[instance.component].watch?.();
  },
};
