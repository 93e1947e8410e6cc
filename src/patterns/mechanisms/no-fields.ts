import { z } from 'zod';

/** The schema of a fault without fields of its own. */
export const NO_FIELDS = z.strictObject({});
