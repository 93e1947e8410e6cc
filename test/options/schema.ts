import { scenarioJsonSchema } from '../../src/scenario/json-schema.js';
import type { JsonSchema } from '../../src/scenario/json-schema.js';

/** One step of the path of an option: a field, `*` for the entries of a map, `[]` for those of a list. */
export interface Segment {
  readonly key: string;
  /** The kind that the object here must have, where the field belongs to one kind. */
  readonly kind: string | null;
  /** True where the object is of this kind without saying so. */
  readonly isDefaultKind: boolean;
  /** The schema of the value here, in the form that leads on. */
  readonly node: JsonSchema;
}

/** A leaf option of the language. */
export interface Option {
  /** As people read it: `retry<grpc>.budget<aws>.tokens`. */
  readonly path: string;
  readonly segments: readonly Segment[];
  /** The forms of its value. */
  readonly leaves: JsonSchema[];
}

/** A place in which a part of the language is used that is described once. */
export interface Use {
  readonly part: string;
  readonly path: string;
  readonly segments: readonly Segment[];
}

/** Parts that occur in many places; each is walked once, and used in every place. */
const PARTS: ReadonlySet<string> = new Set(['policy', 'step', 'middleware', 'loadBalancing']);
/** Parts that are a value like any other: their texts are tried as candidates. */
const VALUES: ReadonlySet<string> = new Set(['distribution', 'countDistribution', 'stepCount']);

const schema = scenarioJsonSchema();
const definitions = schema.definitions as Record<string, JsonSchema>;

/** A schema without its references. */
export function resolved(node: JsonSchema): JsonSchema {
  let at = node;
  for (;;) {
    const all = at.allOf as JsonSchema[] | undefined;
    const inner = at.$ref === undefined ? all?.[0] : definitions[nameOf(at)];
    if (inner === undefined) return at;
    at = inner;
  }
}

function nameOf(node: JsonSchema): string {
  return String(node.$ref).split('/').at(-1)!;
}

/** The names of the parts that a schema refers to on its way, outermost first. */
function refsOf(node: JsonSchema): string[] {
  const names: string[] = [];
  let at = node;
  for (;;) {
    const all = at.allOf as JsonSchema[] | undefined;
    if (at.$ref !== undefined) {
      names.push(nameOf(at));
      at = definitions[nameOf(at)]!;
    } else if (all?.length === 1) at = all[0]!;
    else return names;
  }
}

/** Result of a walk. */
export interface Walk {
  readonly options: readonly Option[];
  readonly uses: readonly Use[];
}

/** Every leaf option of a part of the language, and every use of other parts in it. */
export function walk(part: string | null): Walk {
  const { definitions: _, ...root } = schema;
  const options = new Map<string, Option>();
  const uses = new Map<string, Use>();
  const start = part === null ? root : definitions[part]!;

  const visit = (node: JsonSchema, segments: readonly Segment[]): void => {
    if (segments.length > 0) {
      const names = refsOf(node);
      const path = pathOf(segments);
      const found = names.find((name) => PARTS.has(name));
      if (found !== undefined) {
        uses.set(path, { part: found, path, segments });
        return;
      }
      if (names.some((name) => VALUES.has(name))) {
        leaf(options, path, segments, node);
        return;
      }
    }
    inside(resolved(node), segments);
  };

  const inside = (node: JsonSchema, segments: readonly Segment[]): void => {
    let isLeaf = true;
    for (const form of formsOf(node)) {
      isLeaf = false;
      visit(form, asForm(segments, form));
    }
    for (const [key, field] of Object.entries(mapOf(node.properties))) {
      isLeaf = false;
      if (key === 'kind' && 'const' in field) continue;
      visit(field, [...segments, segment(key, field)]);
    }
    for (const field of entriesOf(node)) {
      isLeaf = false;
      visit(field, [...segments, segment('*', field)]);
    }
    const { items } = node;
    if (typeof items === 'object' && items !== null && !Array.isArray(items)) {
      isLeaf = false;
      visit(items as JsonSchema, [...segments, segment('[]', items as JsonSchema)]);
    }
    if (isLeaf && node.type !== 'null' && !('const' in node)) {
      leaf(options, pathOf(segments), segments, node);
    }
  };

  inside(resolved(start), []);
  return { options: [...options.values()], uses: [...uses.values()] };
}

function leaf(
  options: Map<string, Option>,
  path: string,
  segments: readonly Segment[],
  node: JsonSchema,
): void {
  const known = options.get(path);
  if (known === undefined) options.set(path, { path, segments, leaves: [node] });
  else known.leaves.push(node);
}

function segment(key: string, node: JsonSchema): Segment {
  return { key, kind: null, isDefaultKind: false, node };
}

/** The same path, where its last object is of the kind of a form. */
function asForm(segments: readonly Segment[], form: JsonSchema): readonly Segment[] {
  const node = resolved(form);
  const last = segments.at(-1);
  if (last === undefined || node.type === 'null') return segments;
  const { kind } = mapOf(node.properties);
  const name = kind !== undefined && 'const' in kind ? String(kind.const) : last.kind;
  const required = (node.required ?? []) as readonly string[];
  const isDefaultKind = name === last.kind ? last.isDefaultKind : !required.includes('kind');
  return [...segments.slice(0, -1), { key: last.key, kind: name, isDefaultKind, node: form }];
}

/** The alternatives of a schema. */
export function formsOf(node: JsonSchema): readonly JsonSchema[] {
  const forms = [...((node.anyOf ?? []) as JsonSchema[]), ...((node.oneOf ?? []) as JsonSchema[])];
  // `anyOf` with nothing but `required` says which fields go together.
  return forms.filter((form) => Object.keys(form).some((key) => key !== 'required'));
}

/** A map of schemas, empty where there is none. */
export function mapOf(value: unknown): Record<string, JsonSchema> {
  return (value ?? {}) as Record<string, JsonSchema>;
}

function entriesOf(node: JsonSchema): readonly JsonSchema[] {
  const { additionalProperties: more } = node;
  const own = Object.values(mapOf(node.patternProperties));
  return typeof more === 'object' && more !== null ? [...own, more as JsonSchema] : own;
}

/** A path as people read it. */
export function pathOf(segments: readonly Segment[]): string {
  let text = '';
  for (const { key, kind } of segments) {
    text += key === '[]' ? '[]' : text === '' ? key : `.${key}`;
    if (kind !== null) text += `<${kind}>`;
  }
  return text;
}
