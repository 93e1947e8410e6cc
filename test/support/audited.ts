import { auditSteps } from '../../src/kernel/invariant.js';

// Runs of all tests check dear laws at every step too.
auditSteps(true);
