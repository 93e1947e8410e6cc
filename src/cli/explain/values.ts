import { z } from 'zod';
import { exp } from '../../kernel/math.js';
import { normalQuantile } from '../../kernel/special.js';
import { policyKind } from '../../patterns/registry.js';
import { sortedEntries } from '../../plan/canonical.js';
import { COUNT_KINDS, DISTRIBUTION_KINDS } from '../../contracts/quantities/distribution-text.js';
import { formatDuration } from '../../contracts/quantities/quantity-text.js';
import type { Layer } from '../../contracts/scenario/policies.js';
import type { Target } from '../../contracts/scenario/target.js';
import { formatSize } from '../../contracts/quantities/size-text.js';

const LAWS: ReadonlySet<string> = new Set([...DISTRIBUTION_KINDS, ...COUNT_KINDS]);
const Z99 = normalQuantile(0.99);
/** Units of numbers whose text is not the number alone. */
export const UNITS = ['duration', 'size', 'bandwidth', 'share', 'rate'] as const;
export type Unit = (typeof UNITS)[number];
/** Numbers per second. */
const RATES: ReadonlySet<string> = new Set(['rate', 'applyRate', 'maxThroughput', 'scaleRate']);

/** Names of fields in YAML, where they are not the name in the explicit scenario without `Ns`. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['autoCommitNs', 'autoCommitInterval'],
  ['backoffMaxNs', 'retryBackoffMax'],
  ['backoffNs', 'retryBackoff'],
  ['batchBytes', 'batchSize'],
  ['bufferBytes', 'bufferMemory'],
  ['bytes', 'size'],
  ['chain', 'middleware'],
  ['cpuRequest', 'resources.requests.cpu'],
  ['memoryRequest', 'resources.requests.memory'],
  ['down', 'scaleDown'],
  ['electionNs', 'electionTime'],
  ['heartbeatNs', 'heartbeatInterval'],
  ['isAdaptive', 'adaptive'],
  ['isStatic', 'staticMembership'],
  ['leaseNs', 'leaseTimeout'],
  ['heartbeatNs', 'heartbeatTimeout'],
  ['maxBytes', 'max'],
  ['maxPollNs', 'maxPollInterval'],
  ['transactionNs', 'transactionTimeout'],
  ['memoryBytes', 'memoryLimit'],
  ['pollNs', 'pollInterval'],
  ['replication', 'replicas'],
  ['requestBytes', 'requestSize'],
  ['reset', 'autoOffsetReset'],
  ['responseBytes', 'responseSize'],
  ['sessionNs', 'sessionTimeout'],
  ['startNs', 'startAt'],
  ['stepNs', 'timeline'],
  ['syncNs', 'syncPeriod'],
  ['up', 'scaleUp'],
]);

/** The configuration of a policy or fault on one line, in the units of its schema. */
export function configText(schema: z.ZodType | undefined, config: unknown): string {
  return withoutBraces(valueText(config, schema));
}

/** `{ a: 1 }` without its braces. */
export function withoutBraces(text: string): string {
  return text === '{}' ? '' : text.replace(/^\{ | \}$/g, '');
}

/** Splits a configuration into the values that the user set, by dotted paths, and the defaults. */
export function bySource(
  config: object,
  written: readonly string[],
  prefix = '',
): { readonly user: object; readonly rest: object } {
  const user: [string, unknown][] = [];
  const rest: [string, unknown][] = [];
  for (const [key, value] of Object.entries(config)) {
    if (value === undefined) continue;
    const path = `${prefix}${key}`;
    const inside = written.filter((each) => each.startsWith(`${path}.`));
    const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (written.includes(path)) user.push([key, value]);
    else if (inside.length === 0 || !isMap) (inside.length > 0 ? user : rest).push([key, value]);
    else {
      const parts = bySource(value as object, inside, `${path}.`);
      if (Object.keys(parts.user).length > 0) user.push([key, parts.user]);
      if (Object.keys(parts.rest).length > 0) rest.push([key, parts.rest]);
    }
  }
  return { user: Object.fromEntries(user), rest: Object.fromEntries(rest) };
}

/** Any value of an explicit scenario, as it is written in YAML; `key` is the name of its field. */
export function plainText(value: unknown, key = ''): string {
  return valueText(value, undefined, key);
}

/** A number with a unit that its name does not show. */
export function quantityText(value: unknown, unit: Unit): string {
  return typeof value === 'number' && value !== Infinity
    ? numberText(value, unit)
    : plainText(value);
}

/** `replicaIfLag(1s)`, `eventual`: a kind and the values of its fields. */
export function callText({ kind, ...fields }: { readonly kind: string }): string {
  const values = Object.entries(fields).map(([key, value]) => plainText(value, key));
  return values.length === 0 ? kind : `${kind}(${values.join(', ')})`;
}

/** The fields of a layer: those of its kind, and its key. */
export function layerText(layer: Layer): string {
  const { key, dryRun } = layer;
  const own = { ...(key === null ? {} : { key }), ...(dryRun ? { dryRun } : {}) };
  return configText(layerSchema(layer), { ...(layer.config as object), ...own });
}

/** Fields of a layer's kind, and the fields that it has only in some places. */
export function layerSchema({ policy, kind, config }: Layer): z.ZodType | undefined {
  const found = policyKind(policy, kind);
  const shape = found && shapeOf(found.schema, config as object);
  return shape && z.object({ ...shape, ...found.callFields, ...found.serverFields });
}

function valueText(value: unknown, schema: z.ZodType | undefined, key = ''): string {
  if (value === null) return 'none';
  if (value === Infinity) return key.endsWith('Ns') ? 'none' : 'unlimited';
  if (typeof value === 'number') return numberText(value, unitOf(schema, key));
  if (typeof value === 'string' || typeof value === 'boolean') return String(value);
  if (value instanceof Map) return entriesText([...value], undefined);
  if (value instanceof Set) return listText([...value], key);
  if (Array.isArray(value)) return listText(value, key);
  if (typeof value === 'object' && !ArrayBuffer.isView(value)) return objectText(value, schema);
  return '…';
}

function numberText(value: number, unit: Unit | undefined): string {
  if (unit === 'duration') return formatDuration(value);
  if (unit === 'size') return formatSize(value);
  if (unit === 'bandwidth') return `${formatSize(value)}/s`;
  if (unit === 'share') return `${Math.round(value * 1e6) / 1e4}%`;
  const digits = Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
  return unit === 'rate' ? `${digits}/s` : digits;
}

function listText(items: readonly unknown[], key: string): string {
  return `[${items.map((item) => valueText(item, undefined, key)).join(', ')}]`;
}

function objectText(value: object, schema: z.ZodType | undefined): string {
  if (isLayer(value)) return `{ kind: ${value.kind}, ${layerText(value)} }`;
  const entries = Object.entries(value).filter(([, item]) => isShown(item));
  const keys = entries.map(([key]) => key).join(' ');
  if (keys === 'component part' || keys === 'database operation') return referenceText(entries);
  if (keys === 'component part version') return versionText(value as Target);
  const shape = shapeOf(schema, value);
  const { kind } = value as { readonly kind?: unknown };
  if (typeof kind === 'string' && shape === undefined) {
    if (entries.length === 1) return kind;
    if (LAWS.has(kind)) return lawText(kind, value);
  }
  return entriesText(entries, shape);
}

function isLayer(value: object): value is Layer {
  return 'policy' in value && 'config' in value;
}

/** `orders.create`; for a gateway the name alone. */
function referenceText(entries: readonly (readonly [string, unknown])[]): string {
  return entries.flatMap(([, name]) => (name === null ? [] : [String(name)])).join('.');
}

/** `orders@v2.create`; for a gateway without the part. */
function versionText({ component, part, version }: Target): string {
  return `${component}@${version}${part === null ? '' : `.${part}`}`;
}

/** A distribution, as a function call: `lognormal(p50=8ms p99=60ms)`; a constant is its value alone. */
function lawText(kind: string, law: object): string {
  const fields = Object.entries(quantilesOf(law)).filter(([key]) => key !== 'kind');
  const words = fields.flatMap(([key, item]) => {
    const values: readonly unknown[] = Array.isArray(item) ? item : [item];
    return values.map((each) => argumentText(key, each));
  });
  const [only] = fields;
  if (kind === 'constant' && fields.length === 1) return plainText(only![1], only![0]);
  return `${kind}(${words.join(' ')})`;
}

/** `mean=5ms`, `90%=5ms` for a branch, and the value alone of one that is drawn. */
function argumentText(key: string, value: unknown): string {
  if (key === 'valuesNs') return plainText(value, key);
  if (key !== 'branches') return `${nameOf(key)}=${plainText(value, key)}`;
  const { weight, ...branch } = value as { readonly weight: number };
  const [[name, item]] = Object.entries(branch) as [[string, unknown]];
  return `${numberText(weight, 'share')}=${plainText(item, name)}`;
}

/** A lognormal distribution with the quantiles that a scenario gives. */
function quantilesOf(law: object): object {
  if (!('medianNs' in law && 'sigma' in law)) return law;
  const p50Ns = Number(law.medianNs);
  const p99Ns = p50Ns * exp(Number(law.sigma) * Z99);
  return { p50Ns: Number(p50Ns.toPrecision(6)), p99Ns: Number(p99Ns.toPrecision(6)) };
}

function entriesText(
  entries: readonly (readonly [string, unknown])[],
  shape: Readonly<Record<string, z.ZodType>> | undefined,
): string {
  if (entries.length === 0) return '{}';
  const words = entries.map(
    ([key, item]) => `${nameOf(key)}: ${valueText(item, shape?.[key], key)}`,
  );
  return `{ ${words.join(', ')} }`;
}

function isShown(item: unknown): boolean {
  return item !== undefined && typeof item !== 'function' && !ArrayBuffer.isView(item);
}

/** Name of a field in YAML. */
export function nameOf(key: string): string {
  return NAMES.get(key) ?? key.replace(/Ns$/, '');
}

function unitOf(schema: z.ZodType | undefined, key: string): Unit | undefined {
  if (key.endsWith('Ns')) return 'duration';
  if (/bytes$/i.test(key)) return 'size';
  for (let at = schema; at !== undefined; at = unwrapped(at)) {
    const word = /\bUnit: (\w+)/.exec(at.description ?? '')?.[1];
    if (word !== undefined) return UNITS.find((unit) => unit === word);
  }
  return RATES.has(key) ? 'rate' : undefined;
}

/** The fields of the mapping schema that fits a value best. */
function shapeOf(
  schema: z.ZodType | undefined,
  value: object,
): Readonly<Record<string, z.ZodType>> | undefined {
  for (let at = schema; at !== undefined; at = unwrapped(at)) {
    if (at instanceof z.ZodObject) return at.shape as Record<string, z.ZodType>;
    if (at instanceof z.ZodUnion) {
      const shapes = (at.options as z.ZodType[]).map((option) => shapeOf(option, value));
      const keys = Object.keys(value);
      return shapes.find((shape) => shape !== undefined && keys.every((key) => key in shape));
    }
  }
  return undefined;
}

function unwrapped(schema: z.ZodType): z.ZodType | undefined {
  const isWrapper =
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault;
  if (isWrapper) return schema.unwrap() as z.ZodType;
  return schema instanceof z.ZodPipe ? (schema.in as z.ZodType) : undefined;
}

/**
 * One line for each entry of a mapping that has a text, sorted by name; or several lines, each with the text after the
 * name.
 */
export function lines<T>(
  map: ReadonlyMap<string, T>,
  textOf: (value: T, name: string) => string | readonly string[],
): readonly string[] {
  return sortedEntries(map).flatMap(([name, value]) => {
    const text = textOf(value, name);
    const rests = typeof text === 'string' ? (text === '' ? [] : [`: ${text}`]) : text;
    return rests.map((rest) => `${name}${rest}`);
  });
}
