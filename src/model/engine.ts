import { Engine } from '../kernel/engine.js';

/**
 * Clock and agenda of the run that this thread is at; `assemble` winds them back for each. See `strands`
 * for why they stand here.
 */
export const engine = new Engine(16_384);
