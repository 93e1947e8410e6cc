import { z } from 'zod';

/**
 * Paths of fields without a description, in objects, lists and unions of a schema. A pattern must
 * have none: its reference page, the JSON Schema and the help of editors are made from them.
 */
export function undescribedFields(schema: z.ZodType, path = ''): readonly string[] {
  if (schema instanceof z.ZodObject) {
    return Object.entries(schema.shape as Readonly<Record<string, z.ZodType>>).flatMap(
      ([name, field]) => {
        const own = path === '' ? name : `${path}.${name}`;
        const missing = field.description === undefined ? [own] : [];
        return [...missing, ...undescribedFields(field, own)];
      },
    );
  }
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  ) {
    return undescribedFields(schema.unwrap() as z.ZodType, path);
  }
  if (schema instanceof z.ZodUnion) {
    return schema.options.flatMap((option) => undescribedFields(option as z.ZodType, path));
  }
  if (schema instanceof z.ZodArray) return undescribedFields(schema.element as z.ZodType, path);
  return [];
}
