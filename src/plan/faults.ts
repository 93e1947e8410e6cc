import type { FaultKind } from '../model/faults/kind.js';
import type { KnobEdit } from '../model/faults/knob.js';
import { only } from '../contracts/fields/pick.js';
import type { PlanFault } from '../contracts/plan/plan.js';
import { NODES } from '../contracts/scenario/nodes.js';
import type { Fault } from '../contracts/scenario/scenario.js';
import { byCodeUnit } from '../text/order.js';
import { conditionOf } from './fault-conditions.js';
import { ANSWERS, directionOf, namedEnd, type Direction, type EndTest } from './fault-links.js';
import type { FaultSource } from './fault-source.js';
import { chanceOf, spansOf } from './fault-spans.js';
import { hostOf, isModule, partOf, type LaidComponent, type LaidPart } from './layout.js';
import { parseReference, type Reference } from './references.js';
import { runsVersion } from './versions.js';

/** Targets of a fault, as ids. */
interface Hits {
  readonly instances: Set<number>;
  /** Ids of nodes of the platform. */
  readonly nodes: Set<number>;
  readonly parts: Set<number>;
  readonly loads: Set<number>;
  /** Component ids of topics, queues and stores of messages. */
  readonly holders: Set<number>;
  /** Link id -> direction bits. */
  readonly links: Map<number, number>;
}

/** Plans the faults in order of their ids, with targets as ids and spans in absolute time. */
export function planFaults(source: FaultSource, faults: readonly Fault[]): readonly PlanFault[] {
  const sorted = [...faults].sort((a, b) => byCodeUnit(a.id, b.id));
  return sorted.map((fault) => {
    const kind = source.kindOf(fault.kind);
    const edits = kind.edits(fault.config, 1, fault.share);
    const hits = hitsOf(source, fault, kind, edits);
    return {
      ...only(fault, ['id', 'kind', 'config', 'share', 'role', 'ramp']),
      knobs: [...new Set(edits.flatMap(({ knob }) => [knob, ...(knob.actsAs ?? [])]))].map(
        ({ name }) => name,
      ),
      instances: ascending(hits.instances),
      select: fault.instances,
      nodes: ascending(hits.nodes),
      parts: ascending(hits.parts),
      links: ascending(hits.links.keys()).map((link) => ({
        link,
        direction: hits.links.get(link)!,
      })),
      loads: ascending(hits.loads),
      holders: ascending(hits.holders),
      spans: spansOf(fault, source, fault.jitterNs),
      chance: chanceOf(fault, source),
      stream: fault.group ?? fault.id,
      when: conditionOf(source, fault.when),
      rollout: null,
      ...(fault.mitigated !== undefined && { mitigated: fault.mitigated }),
    };
  });
}

function hitsOf(
  source: FaultSource,
  fault: Fault,
  kind: FaultKind,
  edits: readonly KnobEdit[],
): Hits {
  const hits: Hits = {
    instances: new Set(),
    nodes: new Set(),
    parts: new Set(),
    loads: new Set(),
    holders: new Set(),
    links: new Map(),
  };
  const target = new FaultTarget(source, fault, kind, edits, hits);
  if (fault.between !== null) target.between(fault.between);
  for (const text of fault.target) target.add(text);
  if (fault.changes !== undefined) target.addChanged(fault.changes.components);
  if (fault.instances.kind !== 'all' && hits.instances.size + hits.nodes.size === 0) {
    target.refuse('`instances` selects among instances, and the target is none');
  }
  target.checkHits();
  return hits;
}

function ascending(ids: Iterable<number>): readonly number[] {
  return [...ids].sort((a, b) => a - b);
}

type VersionReference = Extract<Reference, { readonly kind: 'version' }>;
type PartReference = Extract<Reference, { readonly kind: 'part' }>;

/** Resolves the targets of one fault. The kind of fault determines how a name is resolved. */
class FaultTarget {
  private readonly can: ReadonlySet<FaultKind['targets'][number]>;
  private readonly direction: Direction;
  private isRefused = false;

  constructor(
    private readonly source: FaultSource,
    private readonly fault: Fault,
    kind: FaultKind,
    private readonly edits: readonly KnobEdit[],
    private readonly hits: Hits,
  ) {
    this.can = new Set(kind.targets);
    this.direction = directionOf(edits);
  }

  private get hitsParts(): boolean {
    return (['endpoint', 'group', 'row'] as const).some((what) => this.can.has(what));
  }

  /** Reports a fault that hits nothing although it is not optional. */
  checkHits(): void {
    if (this.fault.version !== null && this.hits.parts.size + this.hits.links.size > 0) {
      this.refuse(
        '`version` narrows instances: name the whole service, and a fault that hits its processes',
      );
    }
    const { instances, nodes, parts, loads, holders, links } = this.hits;
    const count = instances.size + nodes.size + parts.size + loads.size + holders.size + links.size;
    if (this.isRefused || this.fault.optional) return;
    if (count > 0) return this.checkLinks();
    const where = this.can.has('between') ? 'between the two sides' : 'there';
    const named = [...this.fault.target, ...(this.fault.between ?? []).flat()];
    const { byName } = this.source.layout;
    const isOfMessages = named.some((name) => {
      const source = byName.get(name)?.source;
      return source !== undefined && isModule(source) && source.takesMessages;
    });
    const why = isOfMessages
      ? ': messages are not calls: `publishLatency` is their delay. Crash, pause or hang a node of the broker, or a service'
      : '';
    this.refuse(`no calls go ${where}, so nothing is hit${why} (\`optional: true\` accepts that)`);
  }

  /** Reports links that the knobs of the fault cannot change. */
  private checkLinks(): void {
    const { ends } = this.source;
    if (this.hits.links.size === 0) return;
    const hits = [...this.hits.links];
    const has = {
      isSized: hits.some(([id, bits]) => (ends.sized(id) & bits) !== 0),
      sendsDataOnConnections: hits.some(
        ([id]) => ends.isConnected(id) && (ends.sized(id) & ANSWERS) !== 0,
      ),
      closes: hits.some(([id]) => ends.closes(id)),
    };
    for (const { knob, value } of this.edits) this.refuseIf(knob.needOfLinks?.(has, value));
  }

  private refuseIf(problem: string | null | undefined): void {
    if (problem !== null && problem !== undefined) this.refuse(problem);
  }

  refuse(message: string): void {
    this.isRefused = true;
    this.source.problems.add('FL705', `faults.${this.fault.id}`, message);
  }

  /** Adds a target. A component is hit in its instances if the kind can hit instances, else in its links. */
  add(text: string): void {
    const reference = parseReference(text);
    switch (reference.kind) {
      case 'edge': {
        if (this.can.has('edge') && this.fault.zone !== null)
          return this.refuse(
            '`zone` cannot narrow the calls of an edge: their callee is not chosen yet',
          );
        if (!this.can.has('link') && !this.can.has('edge')) return this.unfit(text);
        const to = namedEnd(reference.to);
        const near: EndTest = (end) => to(end) && this.narrow(end.part.component, end.zone);
        const { ends } = this.source;
        return ends.along(namedEnd(reference.from), near, this.direction, this.hitLink);
      }
      case 'name':
        return this.addName(text, reference.name);
      case 'part':
        if (this.homeOf(reference) !== null) return this.addHoused(text, reference);
        if (this.hitsParts) return this.addPart(reference);
        return this.can.has('link') ? this.addLinks(reference) : this.unfit(text);
      case 'instance': {
        if (this.isNodes(reference.component)) return this.addNodes(text, reference.index);
        if (!this.can.has('instance')) return this.unfit(text);
        const component = this.source.layout.byName.get(reference.component)!;
        return this.addInstances(component, reference.index);
      }
      case 'version':
        return this.addVersion(text, reference);
    }
  }

  /** Adds the instances of a version. */
  private addVersion(text: string, { component, version, part }: VersionReference): void {
    if (this.fault.version !== null) {
      return this.refuse(`\`${text}\` names a version: remove \`version\``);
    }
    if (part !== null || !this.can.has('instance')) {
      const whole = part === null ? '' : `: write \`${component}@${version}\``;
      return this.refuse(
        `\`${text}\`: a version is a set of instances, and ${this.fault.kind} hits ` +
          (this.can.has('instance') ? `them as a whole${whole}` : 'none'),
      );
    }
    this.addInstances(this.source.layout.byName.get(component)!, null, version);
  }

  /** Adds the instances of components whose configuration changes. */
  addChanged(names: readonly string[]): void {
    for (const name of names) this.addInstances(this.source.layout.byName.get(name)!, null);
    if (this.hits.instances.size > 0 || this.fault.optional) return;
    this.refuse(`no instance of ${names.join(', ')} matches zone and labels`);
  }

  /** Adds the two sides of a partition. */
  between([first, second]: NonNullable<Fault['between']>): void {
    const { zone, version, labels } = this.fault;
    if (zone !== null || version !== null || labels.size > 0) {
      this.refuse('`zone`, `version` and `labels` do not narrow the sides of `between`');
    }
    const { ends } = this.source;
    ends.between(this.side(first), this.side(second), this.direction, this.hitLink);
  }

  private addName(text: string, name: string): void {
    const { layout, loads } = this.source;
    if (this.isNodes(name)) return this.addNodes(text, null);
    const component = layout.byName.get(name);
    if (component === undefined) return this.addZone(text, name);
    if (this.addOfModule(component)) return;
    if (component.kind === 'workload' && this.can.has('workload')) {
      if (!this.narrow(component, component.zones[0]!)) return;
      loads.forEach((load, id) => {
        if (load.component !== component.id) return;
        this.hits.loads.add(id);
        for (const { knob } of this.edits) this.refuseIf(knob.needOfLoad?.(text, load));
      });
    } else if (component.kind !== 'workload' && this.can.has('instance')) {
      this.addInstances(component, null);
    } else if (this.can.has('link')) this.addLinks({ kind: 'name', name });
    else this.unfit(text);
  }

  /** Special targets of the fault in a module, instead of its instances and links; null = none. */
  private targetsOf(component: LaidComponent): readonly LaidPart[] | 'holder' | null {
    const { source } = component;
    if (!isModule(source)) return null;
    for (const what of this.can) {
      const targets = source.faultTargets[what];
      if (targets !== undefined) return targets(component, this.source.layout);
    }
    return null;
  }

  /** Adds the special targets in a module. Returns false if there are none. */
  private addOfModule(component: LaidComponent): boolean {
    const targets = this.targetsOf(component);
    if (targets === 'holder') this.hits.holders.add(component.id);
    else for (const { id } of targets ?? []) this.hits.parts.add(id);
    return targets !== null;
  }

  /**
   * Whether a component has the resources that the fault changes. An optional fault skips components without them;
   * other faults report them.
   */
  private meetsNeeds({ id, name }: LaidComponent): boolean {
    const has = this.source.resources(id);
    const problems = this.edits.flatMap((edit) => edit.knob.need(edit, name, has) ?? []);
    if (problems.length > 0 && !this.fault.optional) this.refuse(problems[0]!);
    return problems.length === 0;
  }

  private addZone(text: string, name: string): void {
    const zone = this.source.layout.zones.indexOf(name);
    if (this.can.has('link') && !this.can.has('instance')) {
      return this.addLinks({ kind: 'name', name });
    }
    if (!this.can.has('zone') && !this.can.has('instance')) return this.unfit(text);
    for (const component of this.source.layout.components) {
      // Only nodes of databases have roles, so in a zone a role chooses among these alone.
      const hasNoRole = this.fault.role !== null && component.kind !== 'database';
      if (component.kind === 'workload' || hasNoRole) continue;
      component.zones.forEach((own, index) => {
        if (own === zone && zone >= 0) this.addInstances(component, index);
      });
    }
  }

  /** Whether a name means the nodes of the platform. */
  private isNodes(name: string): boolean {
    return name === NODES && this.source.nodes !== null;
  }

  private addNodes(text: string, index: number | null): void {
    if (!this.can.has('node')) return this.unfit(text);
    const { layout, nodes } = this.source;
    const { zone: wanted } = this.fault;
    nodes!.zones.forEach((zone, node) => {
      if (index !== null && node !== index) return;
      if (wanted === null || layout.zones[zone] === wanted) this.hits.nodes.add(node);
    });
  }

  private addInstances(
    component: LaidComponent,
    index: number | null,
    version = this.fault.version,
  ): void {
    if (!this.meetsNeeds(component)) return;
    component.zones.forEach((zone, own) => {
      if (index !== null && own !== index) return;
      if (!runsVersion(component, own, version)) return;
      if (this.narrow(component, zone)) this.hits.instances.add(component.firstInstance + own);
    });
  }

  /** Adds a part, which is hit in all instances. */
  private addPart(reference: PartReference): void {
    if (this.fault.zone !== null) {
      return this.refuse('`zone` cannot narrow a single endpoint: name the whole component');
    }
    const component = this.source.layout.byName.get(reference.component)!;
    if (!this.narrow(component, -1)) return;
    this.hits.parts.add(partOf(component, reference.part).id);
  }

  private homeOf({ component, part }: PartReference): 'callers' | 'server' | null {
    const source = this.source.layout.byName.get(component)?.source;
    return source !== undefined && isModule(source) ? (source.partHome?.(part) ?? null) : null;
  }

  /** Adds a part that is a process, such as a level of a cache: its contents, or its server. */
  private addHoused(text: string, reference: PartReference): void {
    const component = this.source.layout.byName.get(reference.component)!;
    if (this.targetsOf(component) !== null) {
      this.hits.parts.add(partOf(component, reference.part).id);
      return;
    }
    if (this.homeOf(reference) === 'callers') {
      return this.refuse(`\`${text}\` is in the processes that use it: name those`);
    }
    if (this.can.has('instance')) return this.addInstances(component, null);
    if (this.can.has('endpoint')) return this.addPart(reference);
    return this.can.has('link') ? this.addLinks(reference) : this.unfit(text);
  }

  private addLinks(reference: Reference): void {
    const test = this.endTest(reference);
    const near: EndTest = (end) => test(end) && this.narrow(end.part.component, end.zone);
    this.source.ends.around(near, this.direction, this.hitLink);
  }

  private side(references: readonly string[]): EndTest {
    const tests = references.map((text) => {
      const reference = parseReference(text);
      if (reference.kind !== 'name' && reference.kind !== 'part') this.unfit(text);
      return this.endTest(reference);
    });
    return (end) => tests.some((test) => test(end));
  }

  private endTest(reference: Reference): EndTest {
    if (reference.kind === 'part') return namedEnd(reference);
    if (reference.kind !== 'name') return () => false;
    const zone = this.source.layout.zones.indexOf(reference.name);
    if (zone >= 0) return (end) => end.zone === zone;
    return namedEnd({ component: reference.name, part: null });
  }

  /** Whether an instance matches `zone` and `labels` of the fault. */
  private narrow(component: LaidComponent, zone: number): boolean {
    const { zone: wanted, labels } = this.fault;
    if (wanted !== null && (zone < 0 || this.source.layout.zones[zone] !== wanted)) return false;
    const own = hostOf(component)?.labels;
    return [...labels].every(([name, value]) => own?.get(name) === value);
  }

  private unfit(text: string): void {
    const list = [...this.can].sort(byCodeUnit).join(', ');
    this.refuse(`\`${this.fault.kind}\` cannot hit \`${text}\`; it can hit: ${list}`);
  }

  private readonly hitLink = (link: number, bits: number): void => {
    this.hits.links.set(link, (this.hits.links.get(link) ?? 0) | bits);
  };
}
