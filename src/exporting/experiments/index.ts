import { chaosMesh } from './chaos-mesh.js';
import type { ExperimentFormat } from './experiment.js';
import { fis } from './fis.js';
import { k6 } from './k6.js';
import { litmus } from './litmus.js';

/** Every format in which the faults or the load of a scenario can be written. */
export const experimentFormats: readonly ExperimentFormat[] = [chaosMesh, litmus, fis, k6];
