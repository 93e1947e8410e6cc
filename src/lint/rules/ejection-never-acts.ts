import { outlierKind } from '../../patterns/registry.js';
import { pathText, type Path } from '../../scenario/located.js';
import type { Call } from '../calls.js';
import { hostOf, mostOf, sectionOf } from '../demand.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { yamlAt } from '../words.js';

/** Outlier detections that may not eject a single instance, because one is more than the share that may be out. */
export const ejectionNeverActs: Rule = {
  name: 'ejection-never-acts',
  severity: 'warning',
  reason:
    'An ejection that would exceed `maxEjectionPercent` is not made, so a callee with few instances keeps the bad one.',
  remedy: 'Allow the share of one instance, or more instances.',
  check: (subject) => {
    const found = new Map<string, Finding>();
    for (const call of subject.calls) {
      const finding = judge(call, subject);
      if (finding === null) continue;
      const place = pathText(finding.path);
      if (!found.has(place)) found.set(place, finding);
    }
    return [...found.values()];
  },
};

function judge(call: Call, { scenario }: Subject): Finding | null {
  const host = hostOf(scenario, call.callee);
  const detection = call.outlierDetection ?? host?.outlierDetection ?? null;
  const kind = outlierKind(detection?.kind);
  const instances = mostOf(scenario, call.callee);
  if (detection === null || kind === undefined || instances < 2) return null;
  if (kind.mostOut(detection.config, instances) > 0) return null;
  const around: Path =
    call.outlierDetection === null
      ? [sectionOf(scenario, call.callee), call.callee]
      : call.policyPath;
  const path = [...around, 'outlierDetection'];
  return {
    path,
    entities: [call.callee],
    message: `no instance of ${call.callee} is ever ejected`,
    measured: `one of ${instances} instances is more than may be out`,
    limit: 'at least one instance',
    fix: yamlAt(path, `maxEjectionPercent: ${Math.ceil(100 / instances)}%`),
  };
}
