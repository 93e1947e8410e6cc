import { faultKind } from '../../patterns/registry.js';
import type { Database } from '../../contracts/scenario/database.js';
import type { FaultKind } from '../../model/faults/kind.js';
import type { Host } from '../../contracts/scenario/host.js';
import { NODES } from '../../contracts/scenario/nodes.js';
import type { ScenarioModules } from '../../contracts/scenario/modules.js';
import type { Fault, Gateway, KeyPopulation } from '../../contracts/scenario/scenario.js';
import type { Service } from '../../contracts/scenario/services.js';
import { FAULT_FIELDS, type FaultOutput } from '../schema/fault.js';
import { moduleOf } from '../modules/index.js';
import type { Context, Path } from './context.js';
import { isOneOf, isZone, conflict, report, reportKey } from './context.js';
import { resolveCondition, type Awaited } from './fault-conditions.js';
import { checkFields } from './fault-fields.js';
import { fits, type Hittable } from './fault-fits.js';
import { checkNodeTarget } from './fault-nodes.js';
import { checkNarrowing } from './fault-narrows.js';
import { checkRoles, isWhole, roleOf } from './fault-roles.js';
import type { CallGraph } from './graph.js';
import { RESERVED, sorted } from './names.js';
import { resolveSpans } from './spans.js';
import { hasVersion, split, splitVersion, unknown } from './targets.js';

/** The components that faults can target. */
export interface Aims {
  readonly hosts: ReadonlyMap<string, Host>;
  readonly services: ReadonlyMap<string, Service>;
  readonly gateways: ReadonlyMap<string, Gateway>;
  readonly keys: ReadonlyMap<string, KeyPopulation>;
  readonly modules: ScenarioModules;
  readonly graph: CallGraph;
  readonly durationNs: number;
}

/** Resolves the faults with their conditions: checks targets and expands repetitions. */
export function resolveFaults(
  context: Context,
  outputs: readonly FaultOutput[],
  aims: Aims,
): { readonly faults: readonly Fault[]; readonly awaited: readonly (Awaited | null)[] } {
  const spans = resolveSpans(context, outputs, aims.durationNs);
  const awaited = outputs.map((own, index) => resolveCondition(context, own, ['faults', index]));
  const seen = new Set<string>();
  const faults = outputs.map((output, index): Fault => {
    const path = ['faults', index];
    if (seen.has(output.id))
      report(context, 'FL402', [...path, 'id'], `duplicate id ${output.id}: another fault has it`);
    if (RESERVED.has(output.id))
      report(context, 'FL403', [...path, 'id'], `${output.id} is a reserved word`);
    seen.add(output.id);
    const kind = faultKind(output.kind)!;
    const config = ownFields(output);
    checkFields(context, kind, config, output, path);
    checkTargets(context, kind, output, aims, path);
    return {
      id: output.id,
      kind: output.kind,
      target: output.target ?? [],
      optional: output.optional,
      between:
        output.between === undefined
          ? null
          : [several(output.between[0]), several(output.between[1])],
      config,
      instances: output.instances,
      zone: output.zone ?? null,
      version: output.version ?? null,
      role: roleOf(context, kind, output, aims.hosts, path),
      labels: new Map(sorted(output.labels)),
      share: output.share,
      spans: spans[index],
      jitterNs: output.jitter,
      probability: output.probability,
      group: output.group ?? null,
      when: awaited[index]?.when ?? null,
      ramp:
        output.ramp === undefined
          ? null
          : {
              upNs: output.ramp.up,
              downNs: output.ramp.down,
              shape: output.ramp.shape,
              ...(output.ramp.steps === undefined ? {} : { steps: output.ramp.steps }),
            },
    };
  });
  return { faults, awaited };
}

function ownFields(output: FaultOutput): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(output).filter(([field]) => !FAULT_FIELDS.has(field)));
}

function checkTargets(
  context: Context,
  kind: FaultKind,
  output: FaultOutput,
  aims: Aims,
  path: Path,
): void {
  if (kind.targets.includes('configuration')) return checkConfiguration(context, output, path);
  const between = kind.targets.includes('between');
  if (between !== (output.between !== undefined) || between === (output.target !== undefined)) {
    const needs = between ? 'between: [x, y], and no target' : 'a target, and no between';
    return reportKey(context, 'FL203', path, `${kind.kind} needs ${needs}`);
  }
  checkZone(context, output, path);
  checkNarrowing(context, kind, output, path);
  output.target?.forEach((text, index) =>
    checkTarget(context, kind, output, text, aims, [...path, 'target', index]),
  );
  output.between?.forEach((side, end) => {
    several(side).forEach((text, index) => {
      const at = [...path, 'between', end, ...(typeof side === 'string' ? [] : [index])];
      const [name, part] = split(text);
      if (/->|\[|@/.test(text)) {
        const message =
          'expected a component, a part, a workload or a zone as a side of a partition';
        report(context, 'FL405', at, message);
      } else if (!context.names.zones.has(name)) knownPart(context, name, part, at);
    });
  });
}

/** Reports fields that say where a configuration change acts: its paths do. */
function checkConfiguration(context: Context, output: FaultOutput, path: Path): void {
  for (const field of ['target', 'between', 'version', 'role'] as const) {
    if (output[field] === undefined) continue;
    const message = `${output.kind} acts where its paths are: remove ${field}; instances, zone and labels narrow it`;
    conflict(context, [...path, field], message);
  }
  checkZone(context, output, path);
}

function checkTarget(
  context: Context,
  kind: FaultKind,
  output: FaultOutput,
  text: string,
  aims: Aims,
  path: Path,
): void {
  if (text.includes('->')) return checkEdge(context, kind, output, text, aims, path);
  const indexed = /^(.+)\[(\d+)\]$/.exec(text);
  const [written, part] = split(indexed?.[1] ?? text);
  const [name, version] = splitVersion(written);
  if (context.names.zones.has(name) && part === null && indexed === null) {
    fits(context, kind, text, ['zone', 'instance', 'link'], path);
    return;
  }
  if (name === NODES && part === null && context.names.nodes > 0) {
    return checkNodeTarget(context, kind, output, text, path);
  }
  if (kind.changesRoles === true && !isWhole(context, kind, text, path)) return;
  if (!knownPart(context, name, part, path)) return;
  if (version !== null) {
    if (!hasVersion(context, name, version, 'FL410', path)) return;
    if (kind.ofWhole === true || kind.changesRoles === true) {
      const message = `${kind.kind} affects a component as a whole: write ${name}`;
      return report(context, 'FL410', path, message);
    }
  }
  const thing = context.names.things.get(name)!;
  const host = aims.hosts.get(name);
  const aim = { context, kind, output, text, name, part, isIndexed: indexed !== null };
  const how = moduleOf(thing.kind)?.target({ ...aim, modules: aims.modules, path });
  if (how === 'checked') return;
  if (kind.targets.includes('row')) return checkRow(context, kind, output, text, aims, path);
  if (thing.kind === 'workload') {
    fits(context, kind, text, part === null ? ['workload', 'link'] : [], path);
  } else if (indexed !== null) {
    if (!fits(context, kind, text, ['instance'], path)) return;
    checkIndex(context, name, Number(indexed[2]), host, path);
  } else {
    const can: Hittable[] = part === null ? ['instance', 'endpoint', 'link'] : ['endpoint', 'link'];
    if (!fits(context, kind, text, can, path) || host === undefined) return;
    checkNarrowed(context, output, name, host, path);
    checkRoles(context, kind, output, name, host, path);
  }
}

/** Reports a version that the target does not have. */
function checkVersion(context: Context, { version }: FaultOutput, name: string, base: Path): void {
  if (version === undefined) return;
  hasVersion(context, name, version, 'FL410', [...base, 'version']);
}

function checkIndex(
  context: Context,
  name: string,
  index: number,
  host: Host | undefined,
  path: Path,
): void {
  if (host === undefined || index < host.zones.length) return;
  const message = `${name} has ${host.zones.length} instances, numbered from 0 to ${host.zones.length - 1}`;
  report(context, 'FL410', path, message);
}

function checkEdge(
  context: Context,
  kind: FaultKind,
  output: FaultOutput,
  text: string,
  aims: Aims,
  path: Path,
): void {
  if (!fits(context, kind, text, ['link'], path)) return;
  const ends = text.split('->').map((end) => split(end));
  if (!ends.every(([name, part]) => name === 'all' || knownPart(context, name, part, path))) return;
  if (!output.optional && context.names.broken.size === 0 && !aims.graph.has(ends[0], ends[1])) {
    report(context, 'FL410', path, `no call goes along ${text}`);
  }
}

/** Reports narrowing fields that leave nothing of the target. */
function checkNarrowed(
  context: Context,
  output: FaultOutput,
  name: string,
  host: Host,
  path: Path,
): void {
  if (output.optional) return;
  const base = path.slice(0, 2);
  const nothing = (field: Path, message: string): void =>
    report(context, 'FL410', [...base, ...field], `${name} ${message}`);
  const { instances } = output;
  const { length } = host.zones;
  if (instances.kind === 'count' && instances.count > length) {
    nothing(['instances'], `has ${length} instances, not ${instances.count}`);
  }
  if (instances.kind === 'indices' && instances.indices.some((index) => index >= length)) {
    nothing(['instances'], `has ${length} instances, numbered from 0 to ${length - 1}`);
  }
  const inZone = output.zone === undefined || host.zones.includes(output.zone);
  if (!inZone && context.names.zones.has(output.zone!)) {
    nothing(['zone'], `has no instance in ${output.zone}`);
  }
  checkVersion(context, output, name, base);
  for (const [label, value] of sorted(output.labels)) {
    if (host.labels.get(label) !== value) {
      nothing(['labels', label], `does not have the label ${label}: ${value}`);
    }
  }
}

/** Reports a row of an operation that locks none, or with a value that its key cannot have. */
function checkRow(
  context: Context,
  kind: FaultKind,
  output: FaultOutput,
  text: string,
  { hosts, keys }: Aims,
  path: Path,
): void {
  const [name, part] = split(text);
  const operations = (hosts.get(name) as Partial<Database> | undefined)?.operations;
  const operation = operations?.get(part ?? '');
  if (operation?.lock !== true) {
    fits(context, kind, text, [], path);
    return;
  }
  const population = keys.get(operation.key!);
  const count = population !== undefined && 'count' in population ? population.count : Infinity;
  const { value } = output as FaultOutput & { readonly value: number };
  if (value < count) return;
  const message = `${operation.key} has ${count} values, numbered from 0 to ${count - 1}`;
  report(context, 'FL410', [...path.slice(0, 2), 'value'], message);
}

function checkZone(context: Context, output: FaultOutput, path: Path): void {
  if (output.zone !== undefined) isZone(context, output.zone, [...path, 'zone']);
}

/** Kinds that are offered where a name is unknown. */
const NAMED = ['service', 'gateway', 'database', 'cache', 'topic', 'queue', 'workload'] as const;

function knownPart(context: Context, name: string, part: string | null, path: Path): boolean {
  const thing = context.names.things.get(name);
  if (thing === undefined) {
    unknown(context, name, path, NAMED);
    return false;
  }
  const message = `${name} has no part ${part}; it has ${thing.parts.join(' ')}`;
  return part === null || isOneOf(context, part, thing.parts, path, message);
}

function several(side: string | readonly string[]): readonly string[] {
  return typeof side === 'string' ? [side] : side;
}
