import type { Autoscaling, ScalingRules, ScalingTarget } from '../../spec/scenario/autoscaling.js';
import type { Probe, Probes } from '../../spec/scenario/probes.js';
import type { Host } from '../../spec/scenario/host.js';
import type { Platform } from '../../spec/scenario/scenario.js';
import type { Service } from '../../spec/scenario/services.js';
import { all, braced, fieldsText, setFieldsText } from './fields.js';
import { plainText, quantityText } from './values.js';

/** Fields of every component that have their own section, or are shown with the components. */
export const HOST = {
  ...all('hidden', 'replicas concurrency queue cpu runtime loadBalancing cancellation protocol'),
  ...all('hidden', 'admission outlierDetection labels external zones gc memory lifecycle probes'),
  ...all('hidden', 'autoscaling cpuRequest rejectWork'),
};

/** Rules of the platform: restarts of processes, and when callers learn about them. */
export function platformText({ placing, ...own }: Platform): string {
  return setFieldsText({ ...own, ...placing }, { replaces: 'hidden' });
}

/** Behaviour of processes: environments of functions, pauses, and how they come back. */
export function processText(host: Host | Service): string {
  const { gc, memory, lifecycle, probes, autoscaling, cpuRequest } = host;
  const { rejectWork, external, labels } = host;
  const zones = new Set(host.zones.filter((zone) => zone !== null));
  return setFieldsText(
    {
      ...('environments' in host ? host.environments : {}),
      ...{ memory, gc, lifecycle, probes, cpuRequest, autoscaling },
      ...{ zones, rejectWork, external, labels },
    },
    {
      memory: (own) => own && braced(fieldsText(own, all('size', 'limit base perRequest'))),
      gc: (own) => own && braced(setFieldsText(own, { allocated: 'size' })),
      probes: (own) => own && probesText(own),
      autoscaling: (own) => own && scalingText(own, cpuRequest),
    },
  );
}

function probesText(probes: Probes): string | null {
  const text = (probe: Probe | null): string | null => {
    if (probe === null) return null;
    const { endpoint, ...rest } = probe;
    return plainText({ call: endpoint ?? 'self', ...rest });
  };
  return braced(fieldsText(probes, { startup: text, liveness: text, readiness: text }));
}

function scalingText(own: Autoscaling, cpuRequest: number | null): string | null {
  const cores = cpuRequest === null ? 'its cores' : `the ${cpuRequest} cores that it requests`;
  const targetText = ({ metric, target, of }: ScalingTarget): string => {
    if (metric === 'cpu') return `cpu ${quantityText(target, 'share')} of ${cores}`;
    const amount = metric === 'rate' ? `${target}/s` : target;
    return `${metric} ${amount} per replica${of === null ? '' : ` of ${of}`}`;
  };
  const metrics = (all: Autoscaling['metrics']): string => plainText(all.map(targetText));
  return braced(fieldsText(own, { metrics, tolerance: 'share', up: rulesText, down: rulesText }));
}

function rulesText({ policies, ...own }: ScalingRules): string {
  if (own.selectPolicy === 'disabled') return 'never';
  const limits = policies.map(({ unit, value, periodNs }) => ({
    [unit]: unit === 'percent' ? `${value}%` : value,
    periodNs,
  }));
  return plainText({ ...own, policies: limits });
}
