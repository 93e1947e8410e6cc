import type { Knob } from '../../model/faults/knob.js';
import { OF_PROCESSES } from './usual.js';

/** 1 = the control plane of the mesh pushes no changes of the endpoints of a component to the proxies. */
export const meshFrozen: Knob<null> = {
  ...OF_PROCESSES,
  bounds: () => null,
  name: 'meshFrozen',
  combine: 'max',
  neutral: 0,
  need: (_edit, name, { isMeshed }) =>
    isMeshed ? null : `\`${name}\` is outside the mesh, so no control plane pushes its endpoints`,
  words: (_edit, { words }) => `the proxies get no news of ${words}`,
  instance({ world }, { component }, held) {
    world.endpoints.freeze(component, held.isOn(meshFrozen));
  },
};
