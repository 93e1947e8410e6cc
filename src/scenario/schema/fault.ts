import { objectOf, unionOfKinds, valuesOf } from '../../contracts/fields/kinds.js';
import { reading } from '../../contracts/fields/entry.js';
import { z } from 'zod';
import type { FaultKind } from '../../model/faults/kind.js';
import { faultFields, type WrittenFault } from '../../contracts/scenario/faults.js';

/** Schema of a fault: the common fields, and those of its kind. */
export function faultSchema(kinds: readonly FaultKind[]): z.ZodType<WrittenFault> {
  const { shape, explicit } = reading(faultFields);
  const options = kinds.map((kind) =>
    z
      .strictObject({ kind: z.literal(kind.kind).describe(kind.summary), ...shape })
      .safeExtend(objectOf(kind.schema).shape)
      .describe(kind.summary)
      .transform((own): WrittenFault => ({
        ...explicit(own),
        kind: kind.kind,
        config: configOf(own),
      })),
  );
  return valuesOf<WrittenFault>(unionOfKinds(options).describe('A failure for a limited time.'));

  /** The fields of the kind itself. */
  function configOf(own: object): Readonly<Record<string, unknown>> {
    return Object.fromEntries(
      Object.entries(own).filter(([name]) => name !== 'kind' && !Object.hasOwn(shape, name)),
    );
  }
}
