import { scenarioJsonSchema } from '../../scenario/json-schema.js';

/** The parts of a JSON Schema that are used here. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema | readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly definitions?: Readonly<Record<string, JsonSchema>>;
}

/** One field of the scenario language, with all places where it has the same meaning. */
export interface Field {
  readonly name: string;
  /** Such as `services.<name>.queue.capacity`. */
  readonly paths: readonly string[];
  readonly description: string;
  /** The words that it accepts, if it has a list of them. */
  readonly words: readonly string[];
  /** undefined if there is none. */
  readonly default: unknown;
  /** The fields of its value, if that is a mapping, each with its description. */
  readonly fields: readonly (readonly [name: string, description: string])[];
  /** The fields are those of an entry, because its value is a list of mappings. */
  readonly isList: boolean;
  /** The kinds of its owner that have it, if not all of them do; such as `envoy`. */
  readonly kinds: readonly string[];
}

/** The kind of a mapping with several forms, and the kinds of all these forms. */
export interface Form {
  readonly kind: string;
  readonly all: readonly string[];
}

let language: JsonSchema | undefined;

/** The schema of the language, created once because that takes longer than a page. */
export function languageSchema(): JsonSchema {
  language ??= scenarioJsonSchema() as JsonSchema;
  return language;
}

/** Most levels that are followed, because steps can nest without end. */
const DEEPEST = 11;

/** Every field below a schema. Fields with the same name and description count as one. */
export function fieldsOf(root: JsonSchema): readonly Field[] {
  const found = new Fields(root);
  const visit = (
    schema: JsonSchema,
    path: string,
    trail: readonly string[],
    form: Form | null,
  ): void => {
    if (trail.length > DEEPEST) return;
    const ref = schema.$ref;
    if (ref !== undefined) {
      if (!trail.includes(ref)) visit(resolve(root, ref), path, [...trail, ref], form);
      return;
    }
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      const below = path === '' ? name : `${path}.${name}`;
      found.add({ name, path: below, schema: property, form });
      visit(property, below, [...trail, '.'], null);
    }
    for (const part of partsOf(root, schema, form)) {
      visit(part.schema, `${path}${part.below}`, [...trail, part.below], part.form);
    }
  };
  visit(root, '', [], null);
  return found.all();
}

/** A place where a field can be written. */
export interface Occurrence {
  readonly name: string;
  readonly path: string;
  readonly schema: JsonSchema;
  /** The form of the mapping to which it belongs; null if that has no kinds. */
  readonly form: Form | null;
}

/** Collects fields. Those with the same name and description count as one, with all their paths and kinds. */
export class Fields {
  private readonly found = new Map<string, Field>();
  /** Kinds that the owners of each field have. */
  private readonly owners = new Map<string, Set<string>>();

  constructor(private readonly root: JsonSchema) {}

  add({ name, path, schema, form }: Occurrence): void {
    const target = schema.$ref === undefined ? schema : resolve(this.root, schema.$ref);
    const description = schema.description ?? target.description ?? '';
    const words = [target, ...(target.anyOf ?? [])].flatMap(wordsOf);
    const key = JSON.stringify([name, description, words]);
    const own = form === null ? [] : [form.kind];
    const owners = this.owners.get(key) ?? new Set();
    this.owners.set(key, owners);
    for (const kind of form?.all ?? []) owners.add(kind);
    const known = this.found.get(key);
    if (known === undefined) {
      const value = ownFields(this.root, target);
      const isList = value.length === 0;
      const fields = isList ? entryFields(this.root, target) : value;
      const standard = schema.default ?? target.default;
      const field = { name, paths: [path], description, words, fields, isList, kinds: own };
      this.found.set(key, { ...field, default: standard });
      return;
    }
    this.found.set(key, {
      ...known,
      paths: known.paths.includes(path) ? known.paths : [...known.paths, path],
      kinds: [...new Set([...known.kinds, ...own])],
    });
  }

  all(): readonly Field[] {
    return [...this.found].map(([key, field]) =>
      field.kinds.length === this.owners.get(key)!.size ? { ...field, kinds: [] } : field,
    );
  }
}

/** The words that a value may be, in the schema itself or in one of its forms. */
function wordsOf(schema: JsonSchema): readonly string[] {
  const literals = schema.enum ?? (schema.const === undefined ? [] : [schema.const]);
  return literals.filter((word): word is string => typeof word === 'string');
}

/** Most levels of forms in which the fields of a mapping are searched. */
const FORMS_DEEP = 4;

/** The fields of a mapping, whatever its kind; contents of lists do not count. */
function ownFields(
  root: JsonSchema,
  schema: JsonSchema,
): readonly (readonly [name: string, description: string])[] {
  const found = new Map<string, string>();
  const visit = (part: JsonSchema, depth: number): void => {
    if (depth > FORMS_DEEP) return;
    if (part.$ref !== undefined) return visit(resolve(root, part.$ref), depth + 1);
    for (const [name, property] of Object.entries(part.properties ?? {})) {
      const own = property.description ?? '';
      const text = own === '' && property.$ref !== undefined ? resolve(root, property.$ref) : {};
      if ((found.get(name) ?? '') === '') found.set(name, own || (text.description ?? ''));
    }
    for (const form of formsOf(part)) visit(form, depth + 1);
  };
  visit(schema, 0);
  return [...found];
}

/** The fields of the entries of a list. */
function entryFields(root: JsonSchema, schema: JsonSchema): Field['fields'] {
  const lists = [schema, ...formsOf(schema)].map(({ $ref, ...own }) =>
    $ref === undefined ? own : resolve(root, $ref),
  );
  return lists.flatMap(({ items }) =>
    items === undefined || Array.isArray(items) ? [] : ownFields(root, items as JsonSchema),
  );
}

function formsOf({ anyOf = [], oneOf = [], allOf = [] }: JsonSchema): readonly JsonSchema[] {
  return [...anyOf, ...oneOf, ...allOf];
}

/** A part of a schema, and what it adds to the path. */
export interface Part {
  readonly schema: JsonSchema;
  /** '' for a form, `[]` for the entries of a list, `.<name>` for those of a map. */
  readonly below: string;
  readonly form: Form | null;
}

/** The parts of a schema; `form` is the form that the schema itself is. */
export function partsOf(root: JsonSchema, schema: JsonSchema, form: Form | null): readonly Part[] {
  const forms = formsOf(schema);
  const kinds = forms.map((own) => kindOf(root, own));
  const all = [...new Set(kinds.filter((kind) => kind !== null))];
  const parts: Part[] = forms.map((own, index) => {
    const kind = kinds[index] ?? null;
    return { schema: own, below: '', form: kind === null ? form : { kind, all } };
  });
  const { items, additionalProperties } = schema;
  if (Array.isArray(items))
    items.forEach((own: JsonSchema) => parts.push({ schema: own, below: '[]', form: null }));
  else if (items !== undefined)
    parts.push({ schema: items as JsonSchema, below: '[]', form: null });
  if (typeof additionalProperties === 'object')
    parts.push({ schema: additionalProperties, below: '.<name>', form: null });
  for (const own of Object.values(schema.patternProperties ?? {}))
    parts.push({ schema: own, below: '.<name>', form: null });
  return parts;
}

/** The only word that `kind` may be in a form; null if there is none or several. */
function kindOf(root: JsonSchema, schema: JsonSchema): string | null {
  const own = schema.$ref === undefined ? schema : resolve(root, schema.$ref);
  const kind = own.properties?.kind;
  if (kind === undefined) return null;
  const words = [kind, ...(kind.anyOf ?? [])].flatMap(wordsOf);
  return words.length === 1 ? words[0]! : null;
}

/** The definition that a reference names. */
export function resolve(root: JsonSchema, ref: string): JsonSchema {
  if (ref === '#') return root;
  const name = ref.split('/').at(-1)!;
  return root.$defs?.[name] ?? root.definitions?.[name] ?? {};
}
