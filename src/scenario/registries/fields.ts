import type { z } from 'zod';
import { absent, field } from '../../contracts/fields/field.js';
import { labels, entryText, extending } from '../../contracts/fields/common.js';
import { zoneSchema } from '../../contracts/scenario/host.js';

export const registryFields = {
  ...extending,
  ...entryText,
  replicas: field.whole(
    absent('1'),
    'Servers of the registry, which share its content. It answers while one of them can be reached.',
    { min: 1, max: 100 },
  ),
  zone: zoneSchema.optional(),
  labels,
};

/** Fields of all kinds that shared code reads. */
export interface RegistryFields extends z.output<z.ZodObject<typeof registryFields>> {
  readonly kind: string;
}
