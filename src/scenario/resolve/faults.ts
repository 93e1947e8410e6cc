import { faultKind } from '../../patterns/registry.js';
import type { Database } from '../../contracts/scenario/database.js';
import type { FaultKind } from '../../model/faults/kind.js';
import type { Host } from '../../contracts/scenario/host.js';
import { NODES } from '../../contracts/scenario/nodes.js';
import type { ScenarioModules } from '../../contracts/scenario/modules.js';
import type { Fault, Gateway } from '../../contracts/scenario/scenario.js';
import type { KeyPopulation } from '../../contracts/scenario/keys.js';
import type { Service } from '../../contracts/scenario/services.js';
import { KEPT, type WrittenFault } from '../../contracts/scenario/faults.js';
import { only } from '../../contracts/fields/pick.js';
import { moduleOf } from '../modules/index.js';
import { cursorAt, type Context, type Cursor, type Path } from './context.js';
import { mitigationOf, resolveCondition, type Awaited } from './fault-conditions.js';
import { checkFields } from './fault-fields.js';
import { fits, type Hittable } from './fault-fits.js';
import { checkNarrowing } from './fault-narrows.js';
import { checkReach } from './fault-reach.js';
import { checkRoles, isWhole, roleOf } from './fault-roles.js';
import type { CallGraph } from './graph.js';
import { reservedText, sorted } from './names.js';
import { resolveSpans } from './spans.js';
import { hasVersion, split, splitVersion, unknown } from './targets.js';

/** The components that faults can target. */
interface Aims {
  readonly hosts: ReadonlyMap<string, Host>;
  readonly services: ReadonlyMap<string, Service>;
  readonly gateways: ReadonlyMap<string, Gateway>;
  readonly keys: ReadonlyMap<string, KeyPopulation>;
  readonly modules: ScenarioModules;
  readonly graph: CallGraph;
  readonly durationNs: number;
}

/** What a fault that names a part hits there: its requests. */
const ENDPOINTS = ['endpoint', 'row'] as const;

/** Resolves the faults with their conditions: checks targets and expands repetitions. */
export function resolveFaults(
  context: Context,
  outputs: readonly WrittenFault[],
  aims: Aims,
): { readonly faults: readonly Fault[]; readonly awaited: readonly (Awaited | null)[] } {
  const spans = resolveSpans(context, outputs, aims.durationNs);
  const awaited = outputs.map((own, index) =>
    resolveCondition(cursorAt(context, 'faults', index), own),
  );
  const seen = new Set<string>();
  const faults = outputs.map((output, index): Fault => {
    const here = cursorAt(context, 'faults', index);
    if (seen.has(output.id))
      here.in('id').report('FL402', `duplicate id ${output.id}: another fault has it`);
    const reserved = reservedText(output.id);
    if (reserved !== null) here.in('id').report('FL403', reserved);
    seen.add(output.id);
    const kind = faultKind(output.kind)!;
    const { config, between, ramp } = output;
    checkFields(here, kind, config, output);
    checkTargets(here, kind, output, aims);
    return {
      ...only(output, KEPT),
      target: output.target ?? [],
      between: between && [several(between[0]), several(between[1])],
      role: roleOf(here, kind, output, aims.hosts),
      labels: new Map(sorted(output.labels)),
      spans: spans[index],
      when: awaited[index]?.when ?? null,
      ...mitigationOf(here, output),
      ramp: ramp && rampOf(ramp),
    };
  });
  return { faults, awaited };
}

function rampOf({ steps, ...ramp }: NonNullable<WrittenFault['ramp']>): Fault['ramp'] {
  return steps === null ? ramp : { ...ramp, steps };
}

function checkTargets(here: Cursor, kind: FaultKind, output: WrittenFault, aims: Aims): void {
  if (kind.targets.includes('configuration')) return checkConfiguration(here, output);
  const between = kind.targets.includes('between');
  if (between !== (output.between !== null) || between === (output.target !== null)) {
    const no = output.between === null ? '' : ', and no between';
    const needs = between
      ? 'between: [x, y], and no target'
      : output.zone !== null && kind.targets.includes('zone')
        ? `a target: the zone, as target: ${output.zone}`
        : `a target (of these: ${kind.targets.join(', ')})${no}`;
    return here.reportKey('FL203', `${kind.kind} needs ${needs}`);
  }
  checkZone(here, output);
  checkNarrowing(here, kind, output);
  output.target?.forEach((text, index) =>
    checkTarget(here.in('target', index), kind, output, text, aims),
  );
  output.between?.forEach((side, end) => {
    several(side).forEach((text, index) => {
      const at = here.in('between', end, ...(typeof side === 'string' ? [] : [index]));
      const [name, part] = split(text);
      if (/->|\[|@/.test(text)) {
        const message =
          'expected a component, a part, a workload or a zone as a side of a partition';
        at.report('FL405', message);
      } else if (!here.names.zones.has(name)) knownPart(at, name, part);
    });
  });
}

/** Reports fields that say where a configuration change acts: its paths do. */
function checkConfiguration(here: Cursor, output: WrittenFault): void {
  here.refuse(
    ['target', 'between', 'version', 'role'],
    (field) =>
      `${output.kind} acts where its paths are: remove ${field}; instances, zone and labels narrow it`,
  );
  checkZone(here, output);
}

function checkTarget(
  here: Cursor,
  kind: FaultKind,
  output: WrittenFault,
  text: string,
  aims: Aims,
): void {
  if (text.includes('->')) return checkEdge(here, kind, output, text, aims);
  const indexed = /^(.+)\[(\d+)\]$/.exec(text);
  const [written, part] = split(indexed?.[1] ?? text);
  const [name, version] = splitVersion(written);
  if (here.names.zones.has(name) && part === null && indexed === null) {
    fits(here, kind, text, ['zone', 'instance', 'link']);
    return;
  }
  if (name === NODES && part === null && here.names.nodes > 0) {
    return checkNodeTarget(here, kind, output, text);
  }
  if (NODE.test(name) && !here.names.things.has(name))
    return here.report('FL404', noNode(here, text));
  if (kind.changesRoles === true && !isWhole(here, kind, text)) return;
  // What only a zone can be is no component with another name.
  if (kind.targets.every((what) => what === 'zone') && !here.names.things.has(name)) {
    here.isZone(name);
    return;
  }
  if (!knownPart(here, name, part)) return;
  if (version !== null) {
    if (!hasVersion(here, name, version, 'FL410')) return;
    if (kind.ofWhole === true || kind.changesRoles === true) {
      const message = `${kind.kind} affects a component as a whole: write ${name}`;
      return here.report('FL410', message);
    }
  }
  const thing = here.names.things.get(name)!;
  const host = aims.hosts.get(name);
  const aim = { here, kind, output, text, name, part, isIndexed: indexed !== null };
  const how = moduleOf(thing.kind)?.target({ ...aim, modules: aims.modules });
  if (how === 'checked') return;
  if (part !== null && ENDPOINTS.some((what) => kind.targets.includes(what))) {
    checkReach(here, { kind, output, name, part, host, modules: aims.modules, graph: aims.graph });
  }
  if (kind.targets.includes('row')) return checkRow(here, kind, output, text, aims);
  if (thing.kind === 'workload') {
    fits(here, kind, text, part === null ? ['workload', 'link'] : []);
  } else if (indexed !== null) {
    if (!fits(here, kind, text, ['instance'])) return;
    checkIndex(here, name, Number(indexed[2]), host);
  } else {
    const can: Hittable[] = part === null ? ['instance', 'endpoint', 'link'] : ['endpoint', 'link'];
    if (!fits(here, kind, text, can) || host === undefined) return;
    checkNarrowed(here, output, name, host);
    checkRoles(here, kind, output, name, host);
  }
}

/** Reports a version that the target does not have. */
function checkVersion(here: Cursor, { version }: WrittenFault, name: string): void {
  if (version === null) return;
  hasVersion(here.in('version'), name, version, 'FL410');
}

function checkIndex(here: Cursor, name: string, index: number, host: Host | undefined): void {
  if (host === undefined || index < host.zones.length) return;
  const message = `${name} has ${host.zones.length} instances, numbered from 0 to ${host.zones.length - 1}`;
  here.report('FL410', message);
}

function checkEdge(
  here: Cursor,
  kind: FaultKind,
  output: WrittenFault,
  text: string,
  aims: Aims,
): void {
  if (!fits(here, kind, text, ['link', 'edge'])) return;
  const ends = text.split('->').map((end) => split(end));
  if (!ends.every(([name, part]) => name === 'all' || knownPart(here, name, part))) return;
  if (!output.optional && here.names.broken.size === 0 && !aims.graph.has(ends[0], ends[1])) {
    here.report('FL410', `no call goes along ${text}`);
  }
}

/** Reports narrowing fields that leave nothing of the target. */
function checkNarrowed(here: Cursor, output: WrittenFault, name: string, host: Host): void {
  if (output.optional) return;
  const base = here.entry();
  const nothing = (field: Path, message: string): void =>
    base.in(...field).report('FL410', `${name} ${message}`);
  const { instances } = output;
  const { length } = host.zones;
  if (instances.kind === 'count' && instances.count > length) {
    nothing(['instances'], `has ${length} instances, not ${instances.count}`);
  }
  if (instances.kind === 'indices' && instances.indices.some((index) => index >= length)) {
    nothing(['instances'], `has ${length} instances, numbered from 0 to ${length - 1}`);
  }
  const inZone = output.zone === null || host.zones.includes(output.zone);
  if (!inZone && here.names.zones.has(output.zone!)) {
    nothing(['zone'], `has no instance in ${output.zone}`);
  }
  checkVersion(base, output, name);
  for (const [label, value] of sorted(output.labels)) {
    if (host.labels.get(label) !== value) {
      nothing(['labels', label], `does not have the label ${label}: ${value}`);
    }
  }
}

/** Reports a row of an operation that locks none, or with a value that its key cannot have. */
function checkRow(
  here: Cursor,
  kind: FaultKind,
  output: WrittenFault,
  text: string,
  { hosts, keys }: Aims,
): void {
  const [name, part] = split(text);
  const operations = (hosts.get(name) as Partial<Database> | undefined)?.operations;
  const operation = operations?.get(part ?? '');
  if (operation?.lock !== true) {
    fits(here, kind, text, []);
    return;
  }
  const population = keys.get(operation.key!);
  const count = population !== undefined && 'count' in population ? population.count : Infinity;
  const { value } = output.config as { readonly value: number };
  if (value < count) return;
  const message = `${operation.key} has ${count} values, numbered from 0 to ${count - 1}`;
  here.entry().in('value').report('FL410', message);
}

function checkZone(here: Cursor, output: WrittenFault): void {
  if (output.zone !== null) here.in('zone').isZone(output.zone);
}

/** Kinds that are offered where a name is unknown. */
const NAMED = ['service', 'gateway', 'database', 'cache', 'topic', 'queue', 'workload'] as const;

function knownPart(here: Cursor, name: string, part: string | null): boolean {
  const thing = here.names.things.get(name);
  if (thing === undefined) {
    unknown(here, name, NAMED);
    return false;
  }
  const message = `${name} has no part ${part}; it has ${thing.parts.join(' ')}`;
  return part === null || here.isOneOf(part, thing.parts, message);
}

function several(side: string | readonly string[]): readonly string[] {
  return typeof side === 'string' ? [side] : side;
}

/** What people call a node of the platform. */
const NODE = /^(?:node|worker)s?[-_]?\d*$/iu;

/** What to write where no component has the name of a node: `nodes[1]` for `node-1`. */
function noNode({ names }: Cursor, text: string): string {
  const missing = `there is no component ${text}`;
  if (names.nodes === 0)
    return `${missing}: give the platform nodes, as platform: { nodes: { count: 3, cpu: 8 } }`;
  const index = Math.min(Number(/\d+/.exec(text)?.[0] ?? 0), names.nodes - 1);
  return `${missing}: a node of the platform is written nodes[${index}]`;
}

/** Checks a fault that targets nodes of the platform: `nodes`, or one of them, such as `nodes[0]`. */
function checkNodeTarget(here: Cursor, kind: FaultKind, output: WrittenFault, text: string): void {
  if (!fits(here, kind, text, ['node'])) return;
  const base = here.entry();
  const { nodes: count } = here.names;
  const all = `there are ${count} nodes, numbered from 0 to ${count - 1}`;
  const index = /\[(\d+)\]$/.exec(text)?.[1];
  if (index !== undefined && Number(index) >= count) here.report('FL410', all);
  const { instances } = output;
  const isBeyond =
    (instances.kind === 'count' && instances.count > count) ||
    (instances.kind === 'indices' && instances.indices.some((one) => one >= count));
  if (isBeyond) base.in('instances').report('FL410', all);
  const { restart, blackhole } = output.config as { restart?: boolean; blackhole?: boolean };
  if (restart === false) {
    const message = 'a node that never comes back is down to the end of the run: write for: none';
    base.in('restart').conflict(message);
  }
  if (blackhole === true) {
    const message = 'a node that dies sends nothing anyway: remove blackhole';
    base.in('blackhole').conflict(message);
  }
}
