import { planFunctions } from '../functions.js';
import type { PlanModule } from './kind.js';

/** Services that run in execution environments. */
export const functions: PlanModule<never, never, 'functions'> = {
  components: {},
  parts: {},
  plan: ({ w }) => ({ functions: planFunctions(w.layout, w.distributions) }),
};
