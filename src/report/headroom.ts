import type { ComponentHeadroom, Headroom, LoadedResource } from '../spec/result/headroom.js';
import type { VariantResult } from '../spec/result/result.js';
import { formatSize } from '../spec/quantities/size-text.js';
import { formatBytes, formatNumber, formatRate, formatShare, formatSpan } from '../text/figures.js';

/** Words for a limit: `of its 64 workers`. */
const LIMIT_WORDS: Readonly<Record<LoadedResource, (one: ComponentHeadroom) => string>> = {
  workers: ({ limit }) => `its ${formatNumber(limit)} ${limit === 1 ? 'worker' : 'workers'}`,
  cores: ({ limit }) => `its ${formatNumber(limit)} ${limit === 1 ? 'core' : 'cores'}`,
  connections: ({ limit, of }) =>
    `its ${formatNumber(limit)} ${limit === 1 ? 'connection' : 'connections'} to ${of ?? ''}`,
  consumers: ({ limit, of }) =>
    `its ${formatNumber(limit)} ${limit === 1 ? 'consumer' : 'consumers'} of ${of ?? ''}`,
  bandwidth: ({ limit, of, direction = 'to' }) =>
    `the ${sizeWords(limit)}/s ${direction} ${of ?? ''}`,
  memory: ({ limit }) => `its ${sizeWords(limit)} of memory`,
};

/** A size as it was written, such as 10MB, unless it is a mean. */
function sizeWords(bytes: number): string {
  return Number.isInteger(bytes) ? formatSize(bytes) : formatBytes(bytes);
}

/** An amount of a resource in its unit. */
export function amountWords({ resource }: ComponentHeadroom, amount: number): string {
  if (resource === 'bandwidth') return `${formatBytes(amount)}/s`;
  return resource === 'memory' ? formatBytes(amount) : formatNumber(amount);
}

/** Headroom up to this factor is none: the limit is reached. */
const USED_UP = 1;

/** `62 % of its 4 cores at 120/s`. */
export function useWords(one: ComponentHeadroom): string {
  const grown = one.replicas === undefined ? '' : `, with ${formatNumber(one.replicas)} replicas`;
  return `${formatShare(shareUsed(one))} of ${LIMIT_WORDS[one.resource](one)} at ${formatRate(one.rate)}${grown}`;
}

/** Used part of a limit; more than 1 = its autoscaler could not hold the load either. */
export function shareUsed({ used, limit }: ComponentHeadroom): number {
  return used / limit;
}

/** The component that saturates first, in a sentence; null where nothing that is used has a limit. */
export function tightestWords({ components, underFault }: Headroom): string | null {
  const [first] = components;
  if (first === undefined) return null;
  const at =
    first.factor <= USED_UP
      ? 'is saturated at this load'
      : `saturates first, at ${formatNumber(first.factor)}x this load`;
  return `${first.component} ${at} (${useWords(first)}${underFault ? ', a fault included' : ''})`;
}

/** `before the first fault, 0 to 60 s`. */
export function healthyWords({ from, until, underFault }: Headroom, faults: number): string {
  const span = formatSpan(from, until);
  if (underFault) return `the entire run, ${span}; a fault begins with it`;
  return faults > 0 ? `before the first fault, ${span}` : `the entire run, ${span}`;
}

/** The headroom of a variant in one line, with its name among several; null without one. */
export function headroomLine(variant: VariantResult, several: boolean): string | null {
  const words = variant.headroom === undefined ? null : tightestWords(variant.headroom);
  return words === null ? null : `${several ? `${variant.name}: ` : ''}${words}`;
}
