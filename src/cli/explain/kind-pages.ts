import {
  balancerKinds,
  faultKinds,
  meansPrimary,
  outlierKinds,
  policyKinds,
} from '../../patterns/registry.js';
import { clientKinds } from '../../patterns/clients.js';
import { REFERENCE } from '../../scenario/reference.js';
import type { ReferenceEntry } from '../../scenario/reference-entry.js';
import type { BalancerKind } from '../../contracts/patterns/balancer.js';
import type { ClientKind, Leaving } from '../../contracts/patterns/client.js';
import type { FaultKind } from '../../model/faults/kind.js';
import type { OutlierKind } from '../../contracts/patterns/outlier.js';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import { formTable, schemaTable } from './field-pages.js';
import { indented, paragraph } from './layout.js';
import { sectionOf } from './section-page.js';

/** Pages of the kinds with a name: of policies, faults, balancers, outlier detections and components. */
export function kindPages(name: string): readonly string[] {
  const policies = defaultFirst(policyKinds.filter((kind) => policyNamesOf(kind).includes(name)));
  const faults = faultKinds.filter((kind) => faultNamesOf(kind).includes(name));
  const balancers = balancerKinds.filter((kind) => balancerNamesOf(kind).includes(name));
  const outliers = defaultFirst(outlierKinds.filter((kind) => outlierNamesOf(kind).includes(name)));
  const components = REFERENCE.filter((entry) => referenceNamesOf(entry).includes(name));
  return [
    ...policies.map(policyPage),
    ...faults.map(faultPage),
    ...balancers.map(balancerPage),
    ...outliers.map(outlierPage),
    ...components.map(referencePage),
    ...clientPages(name),
  ];
}

/** Names with such a page. */
export function kindNames(): readonly string[] {
  return [
    ...policyKinds.flatMap(policyNamesOf),
    ...faultKinds.flatMap(faultNamesOf),
    ...balancerKinds.flatMap(balancerNamesOf),
    ...outlierKinds.flatMap(outlierNamesOf),
    ...REFERENCE.flatMap(referenceNamesOf),
    ...clientKinds.map(({ client }) => `client.${client}`),
  ];
}

/** Kinds with the default one first, because `retry` most likely means that one. */
function defaultFirst<T extends { readonly isDefault: boolean }>(kinds: readonly T[]): T[] {
  return [...kinds].sort((a, b) => Number(b.isDefault) - Number(a.isDefault));
}

function policyNamesOf({ policy, kind }: PolicyKind): readonly string[] {
  return [policy, kind, `${policy}.${kind}`];
}

function faultNamesOf({ kind }: FaultKind): readonly string[] {
  return [kind, `faults.${kind}`, `fault.${kind}`];
}

function balancerNamesOf({ balancer }: BalancerKind): readonly string[] {
  return [balancer, 'loadBalancing', `loadBalancing.${balancer}`];
}

function outlierNamesOf({ outlier }: OutlierKind): readonly string[] {
  return [outlier, 'outlierDetection', `outlierDetection.${outlier}`];
}

/** `rabbitmq`, `queue.rabbitmq`, `queues.rabbitmq`. */
function referenceNamesOf(entry: ReferenceEntry): readonly string[] {
  const { component, kind, form } = entry;
  return [kind, `${form ?? component}.${kind}`, `${sectionOf(entry)}.${kind}`];
}

function referencePage(entry: ReferenceEntry): string {
  const { component, kind, form, summary, sources, example } = entry;
  return [
    `${sectionOf(entry)}, kind ${kind}`,
    paragraph(summary),
    indented('Example:', example),
    formTable(form ?? component, kind),
    ...(sources.length === 0 ? [] : [indented('Sources:', sources.join('\n'))]),
  ].join('\n\n');
}

function balancerPage({ balancer, summary, schema, sources }: BalancerKind): string {
  return [
    `loadBalancing, kind ${balancer}`,
    paragraph(summary),
    schemaTable(schema),
    indented('Sources:', sources.join('\n')),
  ].join('\n\n');
}

function outlierPage(pattern: OutlierKind): string {
  return [
    `outlierDetection, kind ${pattern.outlier}${standardText(pattern)}`,
    paragraph(pattern.summary),
    indented('Example, the value of outlierDetection:', pattern.example),
    schemaTable(pattern.schema),
    indented('Sources:', pattern.sources.join('\n')),
  ].join('\n\n');
}

function policyPage(pattern: PolicyKind): string {
  const { policy, kind, summary, level } = pattern;
  const place = level === 'call' ? 'around all attempts of a call' : 'around each attempt';
  return [
    `${policy}, kind ${kind}${standardText(pattern)}`,
    paragraph(summary),
    `Usual place: ${place}.`,
    indented('Example, a bundle of policies:', pattern.example),
    schemaTable(pattern.schema),
    indented('Sources:', pattern.sources.join('\n')),
  ].join('\n\n');
}

/** What becomes of the work of a call that its caller leaves. */
const LEFT: Readonly<Record<Leaving, string>> = {
  abort:
    'The work ends: the caller frees what it holds at once, and the callee notices one way later.',
  cancel:
    'The callee is asked to end the work, and what it holds is free when its answer is there.',
  detach: 'The work goes on to its end, and holds its thread, permit and connection until then.',
};

/** `client` has all kinds, `client.jdbc` one of them. */
function clientPages(name: string): readonly string[] {
  if (name !== 'client') {
    return clientKinds.filter(({ client }) => name === `client.${client}`).map(clientPage);
  }
  const list = clientKinds.map(
    ({ client, leaves, summary }) => `${client} (${leaves}): ${summary}`,
  );
  const words = Object.entries(LEFT).map(([leaving, text]) => `${leaving}: ${text}`);
  return [
    [
      'client, the kinds',
      words.map((text) => paragraph(text)).join('\n'),
      indented('Kinds:', list.map((text) => paragraph(text)).join('\n')),
    ].join('\n\n'),
  ];
}

function clientPage({ client, leaves, summary, sources }: ClientKind): string {
  return [
    `client, kind ${client}`,
    paragraph(summary),
    paragraph(`${leaves}: ${LEFT[leaves]}`),
    indented('Sources:', sources.join('\n')),
  ].join('\n\n');
}

function standardText({ isDefault }: { readonly isDefault: boolean }): string {
  return isDefault ? ' (the kind meant where none is written)' : '';
}

const PRIMARY =
  ' Of a database with replicas it affects the primary, so that a replica can take over; `role: replica` and ' +
  '`role: all` choose other nodes.';

function faultPage(pattern: FaultKind): string {
  return [
    `${pattern.kind}, a fault`,
    paragraph(pattern.summary),
    paragraph(`Targets: ${pattern.targets.join(', ')}.${meansPrimary(pattern) ? PRIMARY : ''}`),
    indented('Example:', pattern.example),
    schemaTable(pattern.schema),
    indented('Sources:', pattern.sources.join('\n')),
  ].join('\n\n');
}
